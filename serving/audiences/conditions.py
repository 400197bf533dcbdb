"""Conditions over tags, read from text or from YAML.

Text is a WHERE clause whose columns are tags: `assets_at_least_1m and not (cash_share < 0.3 or segment = 'retail')`;
`audience('name')` stands for another audience. YAML nests `all:`, `any:` and `not:` around such texts.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

Value = str | float
EPOCH = date(1970, 1, 1).toordinal()


class ConditionError(ValueError):
    """A condition that cannot be read or evaluated; the message says where and the way out."""


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part is known not to hold."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class IsTrue:
    """A boolean tag is true."""

    tag_id: str


@dataclass(frozen=True, slots=True)
class IsOneOf:
    """A category is one of these labels."""

    tag_id: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """A number or date stands to a value as the operator says: `>=`, `>`, `<=`, `<` or `=`."""

    tag_id: str
    operator: str
    value: Value


@dataclass(frozen=True, slots=True)
class IsKnown:
    """The tag has a value."""

    tag_id: str


@dataclass(frozen=True, slots=True)
class InAudience:
    """The customer is in another audience."""

    name: str


Condition = Every | Either | Not | IsTrue | IsOneOf | Compared | IsKnown | InAudience
COMPARISONS: dict[type[exp.Expr], str] = {exp.GTE: ">=", exp.GT: ">", exp.LTE: "<=", exp.LT: "<"}
MIRRORED = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "=": "="}


def read_condition(given: Any) -> Condition:
    """A condition out of text or nested YAML. Raises ConditionError."""
    if isinstance(given, str):
        return read_text(given)
    if isinstance(given, Mapping) and len(given) == 1:
        ((name, below),) = given.items()
        if name in ("all", "any") and isinstance(below, list) and below:
            parts = tuple(read_condition(one) for one in below)
            return Every(parts) if name == "all" else Either(parts)
        if name == "not":
            return Not(read_condition(below))
    raise ConditionError(f"`{given}` is no condition: write a text, or `all:`, `any:` (a list) or `not:`")


def read_text(text: str) -> Condition:
    """A condition out of a WHERE clause. Raises ConditionError."""
    try:
        return _read(sqlglot.parse_one(text, dialect="spark"), text)
    except SqlglotError as error:
        reason = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines()[0]
        raise ConditionError(f"`{text}` does not parse: {reason}") from error


def _read(node: exp.Expr, text: str) -> Condition:
    if isinstance(node, exp.Paren):
        return _read(node.this, text)
    if isinstance(node, exp.And | exp.Or):
        parts = tuple(_read(one, text) for one in node.flatten())
        return Every(parts) if isinstance(node, exp.And) else Either(parts)
    if isinstance(node, exp.Not):
        return Not(_read(node.this, text))
    if isinstance(node, exp.Column):
        return IsTrue(node.name)
    return _read_leaf(node, text)


def _read_leaf(node: exp.Expr, text: str) -> Condition:
    if isinstance(node, exp.Anonymous) and node.name.lower() == "audience" and len(node.expressions) == 1:
        return InAudience(str(node.expressions[0].name))
    if isinstance(node, exp.Is) and isinstance(node.this, exp.Column) and isinstance(node.expression, exp.Null):
        return Not(IsKnown(node.this.name))
    if isinstance(node, exp.In) and isinstance(node.this, exp.Column) and node.expressions:
        return IsOneOf(node.this.name, tuple(str(_value(one, text)) for one in node.expressions))
    if isinstance(node, exp.Between) and isinstance(node.this, exp.Column):
        low, high = (_value(node.args[name], text) for name in ("low", "high"))
        return Every((Compared(node.this.name, ">=", low), Compared(node.this.name, "<=", high)))
    if isinstance(node, exp.EQ | exp.NEQ | exp.GTE | exp.GT | exp.LTE | exp.LT):
        return _read_comparison(node, text)
    raise ConditionError(f"`{node.sql(dialect='spark')}` in `{text}` is no condition over tags")


def _read_comparison(node: exp.Expr, text: str) -> Condition:
    operator = COMPARISONS.get(type(node), "=")
    left, right = node.this, node.expression
    if isinstance(right, exp.Column):
        left, right, operator = right, left, MIRRORED[operator]
    if not isinstance(left, exp.Column):
        raise ConditionError(f"`{node.sql(dialect='spark')}` in `{text}` compares no tag")
    value = _value(right, text)
    is_label = operator == "=" and isinstance(value, str)
    equal: Condition = IsOneOf(left.name, (str(value),)) if is_label else Compared(left.name, operator, value)
    return Not(equal) if isinstance(node, exp.NEQ) else equal


def _value(node: exp.Expr, text: str) -> Value:
    if isinstance(node, exp.Cast):
        node = node.this
    if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal):
        return -float(node.this.name)
    if not isinstance(node, exp.Literal):
        raise ConditionError(f"`{node.sql(dialect='spark')}` in `{text}` is no number, text or date")
    return str(node.name) if node.is_string else float(node.name)


def leaves(condition: Condition) -> Iterator[Condition]:
    """Every part that holds no other part."""
    if isinstance(condition, Every | Either):
        for part in condition.parts:
            yield from leaves(part)
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    else:
        yield condition


def audiences_of(condition: Condition) -> set[str]:
    """Other audiences that the condition names."""
    return {leaf.name for leaf in leaves(condition) if isinstance(leaf, InAudience)}


def as_number(value: Value) -> float:
    """A number as it is, a date (ISO 8601) as days since 1970. Raises ConditionError."""
    if isinstance(value, str):
        try:
            return float(date.fromisoformat(value).toordinal() - EPOCH)
        except ValueError:
            raise ConditionError(f"{value!r} is neither a number nor a date such as 2026-06-01") from None
    return float(value)


def as_sql(condition: Condition) -> str:
    """The condition as SQL over a table with one column a tag, other audiences left as `audience('name')`."""
    if isinstance(condition, Every | Either):
        word = " and " if isinstance(condition, Every) else " or "
        return "(" + word.join(as_sql(part) for part in condition.parts) + ")"
    if isinstance(condition, Not):
        return f"(not {as_sql(condition.part)})"
    if isinstance(condition, IsOneOf):
        return f"{condition.tag_id} in ({', '.join(_literal(one) for one in condition.labels)})"
    if isinstance(condition, Compared):
        return f"{condition.tag_id} {condition.operator} {_literal(condition.value)}"
    if isinstance(condition, IsKnown):
        return f"{condition.tag_id} is not null"
    return f"audience({_literal(condition.name)})" if isinstance(condition, InAudience) else condition.tag_id


def _literal(value: Value) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else f"{value:.17g}"
