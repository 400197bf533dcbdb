"""Texts as delivered -> typed values. A text that is not of its type becomes NULL, and never ends a job."""

import re
from collections.abc import Callable, Iterator
from functools import reduce
from typing import Protocol

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812

TRUE_TEXTS = ("true", "t", "yes", "y", "1")
FALSE_TEXTS = ("false", "f", "no", "n", "0")
DATE_FORMAT = "yyyy-MM-dd"
TOKEN = re.compile(r"'(?P<text>(?:[^']|'')*)'|(?P<letters>([A-Za-z])\3*)|(?P<other>.)", re.DOTALL)
ISO_FIELDS = {"yyyy": "", "MM": "-", "dd": "-", "HH": " ", "mm": ":", "ss": ":", "SSS": ".", "SSSSSS": "."}
"""Fields of fixed width, in ISO order, with what stands before each."""
ZONE_LETTERS = frozenset("XxZVzO")


class TypedColumn(Protocol):
    """What typing needs to know of a column."""

    @property
    def type(self) -> str: ...  # noqa: D102
    @property
    def format(self) -> str | None: ...  # noqa: D102
    @property
    def timezone(self) -> str | None: ...  # noqa: D102
    @property
    def true_values(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def false_values(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def has_decimal_comma(self) -> bool: ...  # noqa: D102


def typed(text: Column, column: TypedColumn) -> Column:
    """The text as a value of the column's type: NULL when it is not one; timestamps in UTC."""
    if column.type == "string":
        return text
    if column.type == "boolean":
        return _boolean(text, column)
    if column.type == "date":
        return _first_of(text, column.format or DATE_FORMAT, _date)
    if column.type == "timestamp":
        return _timestamp(text, column.format, column.timezone or "UTC")
    return (_decimal_point(text) if column.has_decimal_comma else text).try_cast(column.type)


def _decimal_point(text: Column) -> Column:
    return F.replace(F.replace(text, F.lit("."), F.lit("")), F.lit(","), F.lit("."))


def _boolean(text: Column, column: TypedColumn) -> Column:
    true_texts, false_texts = ({one.lower() for one in texts} for texts in (column.true_values, column.false_values))
    word = F.lower(F.trim(text))
    is_true = word.isin(*sorted({*TRUE_TEXTS, *true_texts} - false_texts))
    is_false = word.isin(*sorted({*FALSE_TEXTS, *false_texts} - true_texts))
    return F.when(is_true, F.lit(True)).when(is_false, F.lit(False))


def _first_of(text: Column, formats: str, parse: Callable[[Column, str], Column]) -> Column:
    parsed = [parse(text, one) for one in split_formats(formats)]
    return parsed[0] if len(parsed) == 1 else F.coalesce(*parsed)


def split_formats(formats: str) -> list[str]:
    """The patterns of `a|b`, tried in order."""
    return [one for one in formats.split("|") if one]


def _date(text: Column, pattern: str) -> Column:
    iso = iso_text(text, pattern)
    if iso is None:
        return F.try_to_date(text, pattern)
    value, is_of_shape = iso
    return F.when(is_of_shape, value.try_cast("date"))


def _timestamp(text: Column, formats: str | None, timezone: str) -> Column:
    if formats is None:
        has_zone = F.rlike(text, F.lit(r"(Z|[+-]\d\d:?\d\d)$"))
        moment = F.when(F.length(text) >= 10, text.try_cast("timestamp"))
        return moment if timezone == "UTC" else F.when(has_zone, moment).otherwise(_to_utc(moment, timezone))
    return _first_of(text, formats, lambda one, pattern: _moment(one, pattern, timezone))


def _moment(text: Column, pattern: str, timezone: str) -> Column:
    iso = iso_text(text, pattern)
    parsed = F.try_to_timestamp(text, F.lit(pattern))
    value = parsed if iso is None else F.when(iso[1], iso[0].try_cast("timestamp"))
    return value if has_zone_field(pattern) else _to_utc(value, timezone)


def _to_utc(moment: Column, timezone: str) -> Column:
    return moment if timezone == "UTC" else F.to_utc_timestamp(moment, timezone)


def has_zone_field(pattern: str) -> bool:
    """Whether texts of this pattern name their own time zone."""
    return any(letters[0] in ZONE_LETTERS for letters, _ in _tokens(pattern) if letters)


def _tokens(pattern: str) -> Iterator[tuple[str, str]]:
    """(letters, literal text) of a datetime pattern; one of them is empty."""
    for match in TOKEN.finditer(pattern):
        if match["letters"]:
            yield match["letters"], ""
        else:
            yield "", (match["other"] or (match["text"] or "").replace("''", "'") or "'")


def iso_text(text: Column, pattern: str) -> tuple[Column, Column] | None:
    """(the text in ISO order, whether it has the pattern's shape); None for patterns of varying width.

    Casting an ISO text is twenty times faster than parsing with a pattern, and gives the same value.
    """
    tokens = list(_tokens(pattern))
    zone = tokens.pop() if tokens and tokens[-1][0] in ("XXX", "X") else None
    fields, literals, place = {}, [], 1
    for letters, literal in tokens:
        if letters and (letters not in ISO_FIELDS or letters in fields):
            return None
        if letters:
            fields[letters] = place
        else:
            literals.append((place, literal))
        place += len(letters) or len(literal)
    expected = list(ISO_FIELDS)[: len(fields)] if "SSSSSS" not in fields else [*list(ISO_FIELDS)[:6], "SSSSSS"]
    if set(fields) != set(expected) or len(fields) < 3 or (zone and len(fields) < 5):
        return None
    if _is_iso(tokens):
        return text, _has_shape(text, [], zone is not None, place - 1)
    return _rearranged(text, fields, zone is not None, place), _has_shape(text, literals, zone is not None, place - 1)


def _is_iso(tokens: list[tuple[str, str]]) -> bool:
    """Whether the texts are what a cast reads as they are; the cast then checks the signs between the fields too."""
    parts = [letters or literal for letters, literal in tokens]
    signs = [" " if sign == "T" else sign for sign in parts[1::2]]
    return parts[::2] == list(ISO_FIELDS)[: len(parts[::2])] and signs == ["-", "-", " ", ":", ":", "."][: len(signs)]


def _rearranged(text: Column, fields: dict[str, int], has_zone: bool, end: int) -> Column:
    parts = []
    for letters, before in ISO_FIELDS.items():
        if letters in fields:
            parts += [F.lit(before)] * bool(before) + [F.substring(text, fields[letters], len(letters))]
    return F.concat(*parts, *([F.substring(text, end, 6)] if has_zone else []))


def _has_shape(text: Column, literals: list[tuple[int, str]], has_zone: bool, width: int) -> Column:
    last = F.substring(text, width, 1)
    is_wide_enough = F.length(text) > width if has_zone else F.length(text) == width
    checks = [F.substring(text, place, len(literal)) == literal for place, literal in literals]
    return reduce(Column.__and__, checks, is_wide_enough & last.between("0", "9"))
