"""Suites are read from files, and every problem of every file is told at once."""

from datetime import date

import pytest
import yaml

from dbt_project.released import MODELS
from expectations.bounds import Circumstances, resolve_bounds
from expectations.contract_rules import silver_columns, with_contract
from expectations.suites import SUITES, expectation_classes, load_suites
from spark_jobs.catalog.loading import load_catalog
from spark_jobs.catalog.problems import DefinitionErrors

GOOD = """description: Orders are whole.
key: [id]
expectations:
  - type: ExpectColumnValuesToNotBeNull
    severity: critical
    description: An order has an id
    column: id
"""
BAD = """description: Orders are whole.
colour: red
expectations:
  - type: ExpectColumnValuesToNotBeNul
    severity: fatal
    description: An order has an id
    column: idd
  - type: ExpectColumnValuesToBeUnique
    column: id
"""


def write(root, text, table="orders"):
    folder = root / "marts"
    folder.mkdir(exist_ok=True)
    (folder / f"{table}.yml").write_text(text)
    return root


def test_a_suite_is_read_with_its_key_and_expectations(tmp_path):
    suite = load_suites("marts", {"orders": ["id"]}, write(tmp_path, GOOD))["orders"]
    assert suite.key == ("id",)
    assert [(one.type, one.severity, one.column, one.line) for one in suite.definitions] == [
        ("ExpectColumnValuesToNotBeNull", "critical", "id", 4)
    ]


def test_all_problems_are_told_together_with_their_lines(tmp_path):
    with pytest.raises(DefinitionErrors) as caught:
        load_suites("marts", {"orders": ["id"]}, write(tmp_path, BAD))
    assert [(one.line, one.rule) for one in caught.value.problems] == [
        (2, "unknown-field"),
        (4, "unknown-class"),
        (5, "severity"),
        (7, "unknown-column"),
        (8, "description"),
        (8, "severity"),
    ]
    assert "did you mean ExpectColumnValuesToNotBeNull?" in str(caught.value)


def test_the_date_column_of_a_suite_is_one_of_the_table(tmp_path):
    dated = write(tmp_path, GOOD + "date_column: day\n")
    assert load_suites("marts", {"orders": ["id", "day"]}, dated)["orders"].date_column == "day"
    with pytest.raises(DefinitionErrors, match="no column day"):
        load_suites("marts", {"orders": ["id"]}, dated)


def test_a_suite_that_expects_nothing_is_a_problem(tmp_path):
    with pytest.raises(DefinitionErrors, match="expects nothing"):
        load_suites("marts", None, write(tmp_path, "description: Orders.\nexpectations: []\n"))


def test_every_class_name_that_suites_may_use_exists_in_great_expectations():
    from expectations.classes import expectation_class

    names = expectation_classes()
    assert len(names) > 40
    assert [name for name in names if expectation_class(name).__name__ != name] == []


def test_every_suite_of_the_project_loads_and_builds():
    from expectations.references import found_column
    from expectations.validation import build

    catalog = load_catalog()
    columns = {name: silver_columns(entity) for name, entity in catalog.entities.items()}
    silver, marts = load_suites("silver", columns), load_suites("marts")
    assert set(silver) == set(catalog.entities)
    assert len(marts) >= 10
    complete = [with_contract(silver[name], entity, date(2026, 6, 1)) for name, entity in catalog.entities.items()]
    built = 0
    for suite in [*complete, *marts.values()]:
        assert len({one.name for one in suite.definitions}) == len(suite.definitions), suite.table
        for one in suite.definitions:
            arguments = resolve_bounds(one.arguments, Circumstances(date(2026, 6, 1)))
            extra = {"found_column": found_column(one)} if "reference" in arguments else {}
            build(one, arguments | extra)
            built += 1
    assert built > 300


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        ("business_date - 5 days", date(2026, 5, 27)),
        ("business_date", date(2026, 6, 1)),
        ("80 % of last", 160),
        (7, 7),
    ],
)
def test_a_bound_is_relative_to_the_day_or_to_the_last_run(bound, expected):
    now = Circumstances(date(2026, 6, 1), last_row_count=200)
    assert resolve_bounds({"min_value": bound}, now) == {"min_value": expected}


def test_a_bound_relative_to_a_run_that_never_was_falls_away():
    assert resolve_bounds({"min_value": "80 % of last"}, Circumstances(date(2026, 6, 1))) == {"min_value": 0}


def test_a_contract_states_its_key_its_required_columns_and_its_references():
    entity = load_catalog().entities["accounts"]
    stated = {one.name: one for one in with_contract(None, entity, date(2026, 6, 1)).definitions}
    assert stated["key_is_unique"].arguments["column_list"] == ["source_system", "account_id", "valid_from"]
    assert stated["key_is_unique"].severity == "critical"
    assert stated["currency_code_is_present"].severity == "warning"
    assert stated["product_id_is_found"].arguments["reference"] == "products.product_id"


def test_the_gate_proves_the_key_of_every_released_table():
    """The daily run leaves dbt's tests of keys out, because the suites ask the same in their one pass."""
    models = [path for layer in ("marts", "serving") for path in (MODELS / layer).rglob("*.yml")]
    keys = {one["name"]: key_of(one) for path in models for one in yaml.safe_load(path.read_text())["models"]}
    suites = {name: yaml.safe_load((SUITES / "marts" / f"{name}.yml").read_text()) for name in keys}
    assert {name: suite["key"] for name, suite in suites.items()} == keys
    assert {name: proved_key(suite) for name, suite in suites.items()} == keys


def key_of(model):
    return next(one["primary_key"]["arguments"]["columns"] for one in model["data_tests"] if "primary_key" in one)


def proved_key(suite):
    """Columns that are critically unique together and never missing."""
    critical = [one for one in suite["expectations"] if one["severity"] == "critical"]
    present = {one["column"] for one in critical if one["type"] == "ExpectColumnValuesToNotBeNull"}
    unique = [one.get("column_list") or [one["column"]] for one in critical if one["type"].endswith("ToBeUnique")]
    return next((columns for columns in unique if present >= set(columns)), None)
