"""One naming table for Spark, dbt and YAML."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from spark_jobs.catalog.loading import load_catalog
from tests.architecture.tree import PROJECT, files_of, text_of, told

ENDINGS = {"date": "_date", "timestamp": "_at"}
MODEL_NAMES = {
    "staging": re.compile(r"stg_[a-z0-9]+__[a-z0-9_]+"),
    "intermediate": re.compile(r"int_[a-z0-9_]+"),
    "marts": re.compile(r"(?!stg_|int_|fct_|dim_)[a-z0-9]+(_[a-z0-9]+)*"),
}
SNAKE_CASE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


def name_problems(table: str, column: str, type_: str) -> Iterator[str]:
    """What the naming table says against a column of this type."""
    if type_ == "boolean" and not column.startswith(("is_", "has_")):
        yield f"{table}.{column}: a boolean begins with is_ or has_"
    ending = ENDINGS.get(type_)
    if ending and not column.endswith(ending):
        yield f"{table}.{column}: a {type_} ends with {ending}"
    if type_ not in ("string", "") and column.endswith("_id"):
        yield f"{table}.{column}: an identifier is a string"


def test_columns_of_entities_are_named_as_the_style_guide_says():
    entities = load_catalog().entities
    assert entities
    violations = [
        problem
        for entity in entities.values()
        for column in entity.columns
        for problem in name_problems(entity.name, column.name, column.type)
    ]
    assert not violations, told(violations)


def test_money_stands_beside_its_currency():
    violations = [
        f"{entity.name}.{column.name}: no currency_code beside it"
        for entity in load_catalog().entities.values()
        for column in entity.columns
        if column.name.endswith("_amount") or column.name == "amount"
        if not any(other.name.endswith("currency_code") for other in entity.columns)
    ]
    assert not violations, told(violations)


def test_columns_of_marts_are_named_as_the_style_guide_says():
    violations = [
        f"{name}: {problem}"
        for name in files_of(".yml", ".yaml", under="dbt_project/models/")
        for model in (yaml.load(text_of(name), yaml.CSafeLoader) or {}).get("models", [])
        for column in model.get("columns", [])
        for problem in name_problems(model["name"], column["name"], str(column.get("data_type", "")))
        if not re.match(r"valid_(from|to)$", column["name"])
    ]
    assert not violations, told(violations)


def test_models_are_named_after_their_layer():
    violations = [
        f"{name}: a model of {layer} is named {pattern.pattern}"
        for layer, pattern in MODEL_NAMES.items()
        for name in files_of(".sql", under=f"dbt_project/models/{layer}/")
        if not pattern.fullmatch(Path(name).stem)
    ]
    assert not violations, told(violations)


def test_python_modules_are_snake_case_without_double_underscores():
    names = [Path(name).stem.strip("_") for name in files_of(".py")]
    assert len(names) > 10
    violations = [name for name in names if not SNAKE_CASE.fullmatch(name)]
    assert not violations, told(violations)


def test_paths_that_documents_name_exist():
    links = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
    violations = [
        f"{name}: {link} does not exist"
        for name in files_of(".md")
        for link in links.findall(text_of(name))
        if not (PROJECT / name).parent.joinpath(link).exists()
    ]
    assert not violations, told(violations)


def test_a_wrong_name_of_each_kind_is_told():
    assert list(name_problems("t", "open", "boolean")) == ["t.open: a boolean begins with is_ or has_"]
    assert list(name_problems("t", "opened", "timestamp")) == ["t.opened: a timestamp ends with _at"]
    assert list(name_problems("t", "opened_at", "date")) == ["t.opened_at: a date ends with _date"]
    assert list(name_problems("t", "party_id", "bigint")) == ["t.party_id: an identifier is a string"]
    assert list(name_problems("t", "is_open", "boolean")) == []
