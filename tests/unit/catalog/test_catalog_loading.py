from pathlib import Path

import pytest

from spark_jobs.catalog.__main__ import main
from spark_jobs.catalog.blocks import TypeOptions
from spark_jobs.catalog.loading import load_catalog
from spark_jobs.catalog.models import Catalog, ControlFile, Rule
from spark_jobs.catalog.rules import option_rules
from tests.unit.catalog.samples import FILES, write_tree


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return load_catalog(write_tree(tmp_path))


def test_the_path_names_a_source_and_an_entity(catalog):
    assert list(catalog.sources) == ["crm/persons"]
    assert list(catalog.entities) == ["advisers", "parties"]
    assert catalog.sources["crm/persons"].system == "crm"


def test_columns_carry_types_and_how_they_are_written(catalog):
    person_id, birth_date, income, is_pep, *_ = catalog.sources["crm/persons"].columns
    assert (person_id.physical_name, person_id.is_key, person_id.is_required) == ("id", True, True)
    assert (birth_date.type, birth_date.format) == ("date", "dd.MM.yyyy|yyyy-MM-dd")
    assert (income.type, income.has_decimal_comma) == ("decimal(20,4)", True)
    assert (is_pep.type, is_pep.true_values, is_pep.false_values) == ("boolean", ("J",), ("N",))
    assert birth_date.physical_name == "birth_date"


def test_a_restricted_column_says_how_it_becomes_a_token(catalog):
    column = catalog.entities["parties"].column("name_token")
    assert (column.normaliser, column.is_vaulted, column.classification) == ("name", True, "restricted")


def test_the_load_block_takes_its_key_from_the_columns_and_has_defaults(catalog):
    load = catalog.sources["crm/persons"].load
    assert (load.mode, load.key, load.order_by, load.operation_column) == (
        "merge", ("person_id",), ("changed_at",), "operation",
    )  # fmt: skip
    assert (load.is_required, load.calendar, load.cut_off) == (False, "weekly:mon", "06:00")
    assert (load.delete_values, load.shrink_limit_percent, load.on_missing) == (("D",), 20.0, "stale")
    assert load.drift == {
        "added": "accept", "missing": "stop", "renamed": "stop", "reordered": "accept", "retyped": "quarantine",
    }  # fmt: skip
    assert load.control == ControlFile("{stem}.ctl", "rows", "sum_income", "income")


def test_a_server_says_where_and_how_files_come(catalog):
    server = catalog.sources["crm/persons"].server("demo")
    assert server is not None
    assert (server.format, server.delimiter, server.encoding, server.has_header) == ("csv", ";", "iso-8859-1", False)
    assert server.options == {"quote": "'"}
    assert server.null_values == ("",)
    assert catalog.sources["crm/persons"].server("real") is None


def test_limits_patterns_and_lists_become_rules_with_readable_names(catalog):
    assert catalog.sources["crm/persons"].rules == (
        Rule(
            "birth_date_at_least_1900_01_01", "birth_date >= date '1900-01-01'", "critical",
            "birth_date is at least 1900-01-01", "birth_date",
        ),
        Rule("income_at_least_0", "income >= 0", "critical", "income is at least 0", "income"),
        Rule("kind_is_known", r"kind in ('p', 'o\'r')", "warning", "kind is one of p, o'r", "kind"),
        Rule(
            "email_matches_pattern", r"email rlike '^\\S+@\\S+$'", "critical", r"email matches ^\S+@\S+$", "email",
        ),
        Rule(
            "born_in_the_past", "birth_date <= current_delivery_date", "info", "A birth lies before the delivery", None,
        ),
    )  # fmt: skip


def test_a_feed_maps_entity_columns_to_expressions_and_knows_its_line(catalog):
    (source, feed), *others = catalog.feeds_of("parties")
    assert not others
    assert feed.columns["birth_date"] == "add_months(birth_date, :shift_months)"
    assert source.parameters == {"shift_months": "288"}
    assert source.file.read_text(encoding="utf-8").splitlines()[feed.line - 1].strip() == "- entity: parties"


def test_the_catalogue_is_read_again_only_when_a_file_changed(tmp_path):
    root = write_tree(tmp_path)
    first = load_catalog(root)
    assert load_catalog(root) is first
    changed = FILES["entities/advisers.yml"].replace("version: 1.0.0", "version: 1.10.0")
    write_tree(root, {"entities/advisers.yml": changed})
    assert load_catalog(root).entities["advisers"].version == "1.10.0"


def test_words_that_yaml_takes_for_booleans_or_times_stay_texts(tmp_path):
    servers = "    customProperties:\n      - {property: header, value: false}\n"
    nulls = servers + "      - {property: null_values, value: [NO, off, 12:30]}\n"
    persons = FILES["sources/crm/persons.yml"].replace(servers, nulls)
    server = (
        load_catalog(write_tree(tmp_path, {"sources/crm/persons.yml": persons})).sources["crm/persons"].server("demo")
    )
    assert server is not None
    assert server.null_values == ("NO", "off", "12:30")


def test_the_command_counts_valid_definitions(tmp_path, capsys):
    assert main([str(write_tree(tmp_path))]) == 0
    assert capsys.readouterr().out == "1 sources, 2 entities: valid\n"


def test_the_command_prints_every_problem_and_fails(tmp_path, capsys):
    broken = FILES["entities/advisers.yml"].replace("team: {name: Sales}\n", "")
    assert main([str(write_tree(tmp_path, {"entities/advisers.yml": broken}))]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "1 problem in the definitions:"
    assert printed[1].endswith(
        "advisers.yml:1:1 missing_field: team.name is missing — name the team that owns the definition"
    )


def test_the_command_refuses_a_folder_without_definitions(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert "holds no entities/ folder" in capsys.readouterr().err


def test_an_empty_file_is_a_problem_not_a_crash(tmp_path, capsys):
    assert main([str(write_tree(tmp_path, {"sources/crm/empty.yml": ""}))]) == 1
    assert "empty.yml:1:1 yaml: the file holds no mapping of fields" in capsys.readouterr().out


def test_upper_limits_and_lengths_include_their_value():
    options = TypeOptions(maximum=30, exclusiveMaximum=31, minLength=2, maxLength=4)
    assert [(rule.name, rule.condition) for rule in option_rules("age", "bigint", options)] == [
        ("age_at_most_30", "age <= 30"), ("age_below_31", "age < 31"),
        ("age_length_at_least_2", "length(age) >= 2"), ("age_length_at_most_4", "length(age) <= 4"),
    ]  # fmt: skip
