"""What a silver table's contract already states, as expectations: key, required columns, rules and references."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from expectations.suites import Definition, Suite
from spark_jobs.catalog.models import Entity
from spark_jobs.catalog.names import AUDIT_COLUMNS, SILVER_ADDED_COLUMNS, VALIDITY_COLUMNS


def table_key(entity: Entity) -> tuple[str, ...]:
    """Columns that identify a row of the entity's silver table."""
    return ("source_system", *entity.key, *(("valid_from",) if entity.history == "scd2" else ()))


def silver_columns(entity: Entity) -> tuple[str, ...]:
    """Every column of the entity's silver table."""
    validity = tuple(VALIDITY_COLUMNS) if entity.history == "scd2" else ()
    own = tuple(column.name for column in entity.columns)
    return (*own, *SILVER_ADDED_COLUMNS, *validity, *AUDIT_COLUMNS)


def with_contract(suite: Suite | None, entity: Entity, business_date: date) -> Suite:
    """The suite of a silver table, with what its contract states added; a suite's own rule of the same name wins."""
    stated = tuple(contract_definitions(entity, business_date))
    if suite is None:
        return Suite("silver", entity.name, entity.description, entity.owner, table_key(entity), stated, entity.file)
    own = {definition.name for definition in suite.definitions}
    added = tuple(one for one in stated if one.name not in own)
    return replace(
        suite, key=suite.key or table_key(entity), owner=suite.owner or entity.owner,
        definitions=(*suite.definitions, *added),
    )  # fmt: skip


def contract_definitions(entity: Entity, business_date: date) -> Iterator[Definition]:
    """Expectations of one contract: key critical, rules as declared, required columns and references warnings."""
    yield Definition(
        "ExpectCompoundColumnsToBeUnique", "key_is_unique", "critical", f"One row per {', '.join(table_key(entity))}",
        {"column_list": list(table_key(entity))}, entity.file,
    )  # fmt: skip
    for column in entity.columns:
        if column.is_required:
            yield Definition(
                "ExpectColumnValuesToNotBeNull", f"{column.name}_is_present",
                "critical" if column.is_key else "warning",
                f"{column.name} is required", {"column": column.name}, entity.file, column.line,
            )  # fmt: skip
        if column.references:
            yield Definition(
                "ExpectColumnValuesToExistInTable", f"{column.name}_is_found", "warning",
                f"{column.name} is found in {column.references}",
                {"column": column.name, "reference": column.references}, entity.file, column.line,
            )  # fmt: skip
    for rule in entity.rules:
        condition = rule.condition.replace("current_delivery_date", f"date'{business_date}'")
        named = rule.column or entity.key[0]
        yield Definition(
            "ExpectRowsToMeetCondition", rule.name, rule.severity, rule.description or rule.name.replace("_", " "),
            {"column": named, "condition": condition}, entity.file,
        )  # fmt: skip
