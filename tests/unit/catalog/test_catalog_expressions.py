import pytest

from spark_jobs.catalog.expressions import check_expression, columns_used, explode_parts, parse, render

SCOPE = {
    "code": "string", "units": "bigint", "amount": "decimal(20,4)", "booked": "date", "seen_at": "timestamp",
    "is_open": "boolean", "line": "unknown",
}  # fmt: skip


def rules(expression, expected=None):
    return [finding.rule for finding in check_expression(expression, SCOPE, {"shift": "2"}, expected)]


def test_parameters_become_literals_and_texts_stay_as_they_are():
    expression = "add_months(booked, :shift) || ':shift' || code::string || :zone"
    assert render(expression, {"shift": "-2", "zone": "it's"}) == (
        r"add_months(booked, -2) || ':shift' || code::string || 'it\'s'"
    )


def test_the_environment_overrides_a_parameter(monkeypatch):
    monkeypatch.setenv("BELLWETHER_PARAM_SHIFT", "300")
    assert render("add_months(booked, :shift)", {"shift": "288"}) == "add_months(booked, 300)"


def test_an_undeclared_parameter_is_not_rendered():
    with pytest.raises(KeyError, match="other"):
        render("amount * :other", {"shift": "288"})


def test_columns_used_are_columns_of_the_row_only():
    expression = "transform(split(code, ','), one -> upper(one) || line.name) || 'amount' || date_add(booked, 1)"
    assert columns_used(expression) == {"code", "line", "booked"}


@pytest.mark.parametrize("expression", ["", "code +", "select 1", "code; units", "code as name", "drop table x"])
def test_what_is_not_one_expression_does_not_parse(expression):
    with pytest.raises(ValueError, match=r".+"):
        parse(expression)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("booked", "date"),
        ("booked", "timestamp"),
        ("to_date(code, 'yyyy')", "date"),
        ("booked - interval 1 day", "date"),
        ("trunc(booked, 'MM')", "date"),
        ("make_date(units, 1, 1)", "date"),
        ("null", "date"),
        ("units", "decimal(20,4)"),
        ("case when is_open then amount else 0 end", "decimal(20,4)"),
        ("line.price", "decimal(20,4)"),
        ("'text'", "string"),
        ("element_at(split(code, ';'), 1)", "string"),
        ("code rlike '\\\\d+'", "boolean"),
        ("CODE = 'A'", "boolean"),
        ("exists(split(code, ','), one -> one = 'a')", "boolean"),
        ("datediff(booked, booked)", "bigint"),
    ],
)
def test_expressions_that_spark_accepts_pass(expression, expected):
    assert rules(expression, expected) == []


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("code", "date"),
        ("'2020-01-01'", "date"),
        ("seen_at", "date"),
        ("units", "string"),
        ("amount", "bigint"),
        ("units / 2", "bigint"),
        ("upper(code)", "boolean"),
        ("amount", "boolean"),
        ("is_open", "string"),
        ("split(code, ',')", "string"),
        ("coalesce(code, 'x')", "decimal(20,4)"),
    ],
)
def test_a_known_type_that_does_not_fit_is_a_mismatch(expression, expected):
    assert rules(expression, expected) == ["type_mismatch"]


@pytest.mark.parametrize("expression", ["now()", "current_timestamp", "uuid()", "rand() > 0.5", "current_date - 1"])
def test_neither_clock_nor_chance_may_decide(expression):
    assert rules(expression) == ["clock"]


@pytest.mark.parametrize("expression", ["max(amount)", "amount > (select 1)", "row_number() over (order by code)"])
def test_an_expression_sees_one_row(expression):
    assert rules(expression) == ["bad_expression"]


def test_explode_names_its_element():
    assert explode_parts("from_json(lines, 'array<string>') AS line") == ("from_json(lines, 'array<string>')", "line")
    assert explode_parts("split(code, ',')") is None


def test_a_function_that_spark_does_not_have_is_found_also_inside_another():
    assert rules("upper(trimm(code)) || 'len(x)' || substring(code, 1, 2)") == ["unknown_function"]


def test_words_of_the_syntax_are_no_functions():
    expression = "case when (units in (1)) then (try_cast(code as decimal(20,4))) else (amount) end"
    assert rules(expression, "decimal(20,4)") == []
