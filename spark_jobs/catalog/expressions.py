"""Spark SQL expressions of definitions: parsed, their columns found, typed, and rendered with parameters."""

import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from spark_jobs.catalog.functions import spark_functions, unknown_functions
from spark_jobs.catalog.problems import did_you_mean

if TYPE_CHECKING:
    from sqlglot import exp

PARAMETER = re.compile(
    r"""(?P<kept>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|::)|:(?P<name>[A-Za-z_]\w*)""", re.DOTALL
)
NUMBER = re.compile(r"-?\d+(\.\d+)?")
NAME = re.compile(r"[a-z_]\w*")
TEXT = re.compile(r"'[^'\\]*'")
EXPLODE = re.compile(r"(?P<array>.+?)\s+as\s+(?P<name>[a-z]\w*)\s*", re.DOTALL | re.IGNORECASE)
CONSTANTS = {"null", "true", "false", "current_date", "current_timestamp"}

UNKNOWN = "unknown"
FAMILIES = {
    "string": {"TEXT", "VARCHAR", "CHAR", "NVARCHAR"},
    "integer": {"TINYINT", "SMALLINT", "INT", "BIGINT"},
    "number": {"DECIMAL", "DOUBLE", "FLOAT"},
    "date": {"DATE"},
    "timestamp": {"TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMPLTZ", "TIMESTAMPNTZ"},
    "boolean": {"BOOLEAN"},
    "array": {"ARRAY"},
    "map or struct": {"MAP", "STRUCT", "BINARY"},
}
ACCEPTED = {"number": {"number", "integer"}, "timestamp": {"timestamp", "date"}}
"""Families that Spark widens without loss, beside the family itself."""


class Finding(NamedTuple):
    """What is wrong with one expression."""

    rule: str
    message: str
    way_out: str


def render(expression: str, parameters: Mapping[str, str] | None = None) -> str:
    """The expression with every `:name` replaced by the parameter's value as a literal; KeyError when undeclared.

    An environment variable BELLWETHER_PARAM_<NAME> overrides the declared value.
    """

    def replaced(match: re.Match[str]) -> str:
        name = match["name"]
        return match["kept"] if name is None else parameter_literal(name, parameters or {})

    return PARAMETER.sub(replaced, expression)


def parameters_used(expression: str) -> list[str]:
    """Names of the `:parameters` in the expression, in order."""
    return [match["name"] for match in PARAMETER.finditer(expression) if match["name"]]


def parameter_literal(name: str, parameters: Mapping[str, str]) -> str:
    """The value of a declared parameter as a Spark SQL literal: numbers and booleans as they are, else a text."""
    declared = parameters[name]
    value = os.environ.get(f"BELLWETHER_PARAM_{name.upper()}", declared)
    if NUMBER.fullmatch(value) or value in {"true", "false"}:
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def explode_parts(explode: str) -> tuple[str, str] | None:
    """(array expression, name) of `<array expression> as <name>`; None when it does not read so."""
    match = EXPLODE.fullmatch(explode.strip())
    return (match["array"], match["name"]) if match else None


def parse(expression: str) -> "exp.Expr":
    """The syntax tree of a Spark SQL expression; ValueError, in one line, when there is none."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(expression, dialect="spark")
    except SqlglotError as error:
        reason = re.sub(r"\x1b\[[0-9;]*m|<class '[\w.]*\.|'>", "", str(error)).splitlines()[0]
        raise ValueError(reason.rstrip(".")) from error
    if not isinstance(tree, sqlglot.exp.Condition):
        raise ValueError("it is not one expression")
    return tree


def columns_used(expression: str) -> set[str]:
    """Names of the columns that the expression reads; of `line.amount` it is `line`."""
    from sqlglot import exp

    return {column.parts[0].name.lower() for column in parse(expression).find_all(exp.Column)}


def check_expression(
    expression: str, scope: Mapping[str, str], parameters: Mapping[str, str], expected: str | None = None
) -> Iterator[Finding]:
    """What is wrong with an expression over the columns of `scope` (name -> Spark type), `expected` to be of a type."""
    undeclared = [name for name in parameters_used(expression) if name not in parameters]
    for name in undeclared:
        way_out = did_you_mean(name, parameters, "declare it under parameters")
        yield Finding("undeclared_parameter", f":{name} is no parameter", way_out)
    if undeclared:
        return
    text = render(expression, parameters).strip()
    if NAME.fullmatch(text) and text not in CONSTANTS:
        yield from _plain_column(text, scope, expected)
    elif TEXT.fullmatch(text):
        yield from _mismatch(expression, "string", expected)
    else:
        yield from _tree_findings(expression, text, scope, expected)


def _plain_column(name: str, scope: Mapping[str, str], expected: str | None) -> Iterator[Finding]:
    if name.lower() not in scope:
        yield _undeclared(name, scope)
    else:
        yield from _mismatch(name, _family(scope[name.lower()]), expected)


def _tree_findings(expression: str, text: str, scope: Mapping[str, str], expected: str | None) -> Iterator[Finding]:
    from sqlglot import exp

    try:
        tree = parse(text)
    except ValueError as error:
        yield Finding("bad_expression", f"`{expression}` does not parse: {error}", "write a Spark SQL expression")
        return
    unknown = {name for column in tree.find_all(exp.Column) if (name := column.parts[0].name).lower() not in scope}
    for name in sorted(unknown):
        yield _undeclared(name, scope)
    forbidden = [*_forbidden(tree), *_unknown_functions(text)]
    yield from forbidden
    if not unknown and not forbidden:
        yield from _mismatch(expression, _family_of_tree(tree, scope), expected)


def _forbidden(tree: "exp.Expr") -> Iterator[Finding]:
    """What an expression over one row may not hold: queries, aggregates, windows, the clock and chance."""
    from sqlglot import exp

    clocks = (exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime, exp.Rand, exp.Uuid)
    if tree.find(exp.Query, exp.AggFunc, exp.Window):
        way_out = "an expression sees one row; name a function in transforms/ for more"
        yield Finding("bad_expression", f"`{tree.sql(dialect='spark')}` looks at other rows", way_out)
    called = {one.name.lower() for one in tree.find_all(exp.Anonymous)}
    if tree.find(*clocks) or called & {"now", "uuid", "randn", "random", "monotonically_increasing_id"}:
        way_out = "use current_delivery_date or a column: a rerun must give the same rows"
        yield Finding("clock", f"`{tree.sql(dialect='spark')}` depends on the clock or on chance", way_out)


def _unknown_functions(text: str) -> Iterator[Finding]:
    for name in unknown_functions(text):
        way_out = did_you_mean(name, spark_functions(), "use a function of Spark SQL, or name one in transforms/")
        yield Finding("unknown_function", f"Spark has no function {name}", way_out)


def _undeclared(name: str, scope: Mapping[str, str]) -> Finding:
    return Finding("undeclared_column", f"column {name} is not declared", did_you_mean(name, scope))


def _mismatch(expression: str, actual: str, expected: str | None) -> Iterator[Finding]:
    if expected is None or UNKNOWN in (actual, expected):
        return
    wanted = _family(expected)
    if actual not in ACCEPTED.get(wanted, {wanted}) | {UNKNOWN}:
        way_out = f"convert it, as in cast({expression} as {expected})" if wanted != "boolean" else "write a condition"
        yield Finding("type_mismatch", f"`{expression}` has type {actual}, {expected} is needed", way_out)


def _family_of_tree(tree: "exp.Expr", scope: Mapping[str, str]) -> str:
    from sqlglot import exp
    from sqlglot.optimizer.annotate_types import annotate_types

    def typed(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        type_ = _data_type(scope[node.parts[0].name.lower()]) if len(node.parts) == 1 else None
        return exp.Cast(this=exp.Null(), to=type_.copy()) if type_ else exp.Anonymous(this="unknown_value")

    typed_tree = annotate_types(tree.transform(typed), dialect="spark")
    if typed_tree.find(exp.DateAdd, exp.TimestampAdd, exp.Sub):
        days = {"DATE", *FAMILIES["timestamp"]}
        if typed_tree.type and typed_tree.type.this.value in days:
            return UNKNOWN
    return _family_of_name(typed_tree.type.this.value if typed_tree.type else "UNKNOWN")


@cache
def _data_type(spark_type: str) -> "exp.DataType | None":
    from sqlglot import exp

    return None if spark_type == UNKNOWN else exp.DataType.build(spark_type, dialect="spark")


@cache
def _family(spark_type: str) -> str:
    name = re.split(r"[(<]", spark_type.strip().lower())[0]
    plain = {"string": "TEXT", "long": "BIGINT", "integer": "INT", "float": "FLOAT"}
    return _family_of_name(plain.get(name, name.upper()))


def _family_of_name(name: str) -> str:
    return next((family for family, names in FAMILIES.items() if name in names), UNKNOWN)
