"""Columns of a contract: their types, options and rules."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from open_data_contract_standard.model import SchemaProperty

from spark_jobs.catalog.blocks import ColumnBlock, TypeOptions
from spark_jobs.catalog.documents import Document, Place
from spark_jobs.catalog.models import Column, Rule
from spark_jobs.catalog.problems import Problem, did_you_mean, listed
from spark_jobs.catalog.reading import read_custom, read_model
from spark_jobs.catalog.rules import option_rules, quality_rule

DEFAULT_TYPES = {
    "string": "string",
    "integer": "bigint",
    "number": "decimal(20,4)",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}
PHYSICAL_TYPES = {"integer": r"bigint|int", "number": r"decimal\(\d{1,2},\d{1,2}\)|double"}
OPTIONS_OF = {
    "string": {"pattern", "minLength", "maxLength"},
    "integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "decimalComma"},
    "date": {"format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
    "timestamp": {
        "format",
        "timezone",
        "defaultTimezone",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
    },
    "boolean": {"trueValues", "falseValues"},
}
CLASSIFICATIONS = ("public", "internal", "confidential", "restricted")
SEVERITIES = ("critical", "warning", "info")
UNKNOWN = "unknown"
"""Type of a column whose declared type is in error: it is not checked any further."""
COLUMNS: Place = ("schema", 0, "properties")
PlacedRule = tuple[Rule, Place]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one contract, and the rules they carry."""

    columns: tuple[Column, ...]
    rules: tuple[PlacedRule, ...]


def read_columns(document: Document, properties: list[SchemaProperty]) -> Columns:
    """Every column with its rules; what is wrong with them goes to the document's problems."""
    columns: list[Column] = []
    rules: list[PlacedRule] = []
    for position, one in enumerate(properties):
        place = (*COLUMNS, position)
        if one is None or not one.name:
            document.problems.append(document.problem(place, "missing_field", "the column has no name", "add name"))
            continue
        document.problems.extend(_column_problems(document, place, one))
        options = TypeOptions()
        if one.logicalTypeOptions is not None:
            options = read_model(document, (*place, "logicalTypeOptions"), TypeOptions)
            document.problems.extend(_option_problems(document, (*place, "logicalTypeOptions"), one, options))
        block = read_custom(document, place, ColumnBlock) if one.customProperties else ColumnBlock()
        column = _column(one, options, block, document.mark(place)[0])
        columns.append(column)
        rules.extend((rule, (*place, "logicalTypeOptions")) for rule in option_rules(column.name, column.type, options))
        rules.extend(read_rules(document, place, one, column))
    return Columns(tuple(columns), tuple(rules))


def read_rules(document: Document, place: Place, holder: object, column: Column | None = None) -> Iterator[PlacedRule]:
    """The rules under `quality` of a column or of the whole table."""
    for position, quality in enumerate(getattr(holder, "quality", None) or ()):
        here = (*place, "quality", position)
        if quality.severity is not None and quality.severity not in SEVERITIES:
            way_out = did_you_mean(quality.severity, SEVERITIES)
            problem = document.problem((*here, "severity"), "bad_value", f"severity {quality.severity}", way_out)
            document.problems.append(problem)
        named = column.name if column else None
        rule = quality_rule(quality, named, column.type if column else "string")
        if rule is None:
            message = "a rule that contracts cannot state"
            way_out = "use invalidValues or nullValues with mustBe: 0, an implementation, or a suite in expectations/"
            document.problems.append(document.problem(here, "bad_rule", message, way_out))
        elif column is None and not quality.name:
            document.problems.append(document.problem(here, "missing_field", "the rule has no name", "add name"))
        else:
            yield rule, (*here, "implementation")


def _column(one: SchemaProperty, options: TypeOptions, block: ColumnBlock, line: int) -> Column:
    target = one.relationships[0].to if one.relationships else None
    return Column(
        name=one.name or "",
        type=spark_type(one),
        description=one.description or "",
        physical_name=one.physicalName or one.name or "",
        is_key=bool(one.primaryKey),
        is_required=bool(one.required) or bool(one.primaryKey),
        classification=one.classification or "internal",
        format=options.format,
        timezone=zone_of(options),
        normaliser=block.normaliser,
        is_vaulted=block.vaulted,
        references=target if isinstance(target, str) else None,
        true_values=tuple(map(_text, options.trueValues)),
        false_values=tuple(map(_text, options.falseValues)),
        has_decimal_comma=options.decimalComma or block.decimal_comma,
        line=line,
    )


def spark_type(one: SchemaProperty) -> str:
    """The Spark SQL type of the column; `unknown` where the declared one is in error."""
    logical = one.logicalType or ""
    if logical not in DEFAULT_TYPES:
        return UNKNOWN
    physical = (one.physicalType or DEFAULT_TYPES[logical]).replace(" ", "").lower()
    allowed = PHYSICAL_TYPES.get(logical, re.escape(DEFAULT_TYPES[logical]))
    return physical if re.fullmatch(allowed, physical) else UNKNOWN


def _column_problems(document: Document, place: Place, one: SchemaProperty) -> Iterator[Problem]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", one.name or ""):
        yield document.problem((*place, "name"), "bad_name", f"column name {one.name}", "use snake_case")
    if not one.description:
        yield document.problem(place, "missing_field", f"{one.name} has no description", "say what the column holds")
    if one.logicalType not in DEFAULT_TYPES:
        message = f"{one.name} has " + (f"logicalType {one.logicalType}" if one.logicalType else "no logicalType")
        way_out = did_you_mean(one.logicalType or "", DEFAULT_TYPES)
        yield document.problem((*place, "logicalType"), "bad_type", message, way_out)
    elif spark_type(one) == UNKNOWN:
        allowed = PHYSICAL_TYPES.get(one.logicalType, DEFAULT_TYPES[one.logicalType]).replace("\\d{1,2}", "n")
        message = f"{one.name} is a {one.logicalType} of physicalType {one.physicalType}"
        way_out = f"known: {listed(allowed.replace(chr(92), '').split('|'))}"
        yield document.problem((*place, "physicalType"), "bad_type", message, way_out)
    if one.classification and one.classification not in CLASSIFICATIONS:
        way_out = did_you_mean(one.classification, CLASSIFICATIONS)
        message = f"{one.name} has classification {one.classification}"
        yield document.problem((*place, "classification"), "bad_value", message, way_out)


def _option_problems(document: Document, place: Place, one: SchemaProperty, options: TypeOptions) -> Iterator[Problem]:
    fitting = OPTIONS_OF.get(one.logicalType or "", set())
    for name in sorted(options.model_fields_set - fitting) if fitting else ():
        message, way_out = f"{name} does nothing for a {one.logicalType}", f"known: {listed(sorted(fitting))}"
        yield document.problem((*place, name), "bad_option", message, way_out)
    if options.pattern is not None:
        try:
            re.compile(options.pattern)
        except re.error as error:
            message = f"the pattern does not compile: {error}"
            yield document.problem((*place, "pattern"), "bad_option", message, "correct it")
    zone = zone_of(options)
    if zone is not None and not is_timezone(zone):
        option = "timezone" if options.timezone == zone else "defaultTimezone"
        yield document.problem((*place, option), "bad_option", f"unknown zone {zone}", "use Area/City")


def zone_of(options: TypeOptions) -> str | None:
    """Zone of local timestamps, however it is written; the standard's name for it is `defaultTimezone`."""
    return options.defaultTimezone or (options.timezone if isinstance(options.timezone, str) else None)


def is_timezone(name: str) -> bool:
    """Whether the name is one of the IANA time zone database."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
