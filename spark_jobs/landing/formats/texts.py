"""Values of any format as the text that bronze keeps, and rows of such values as tables."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from spark_jobs.landing.tally import Tally


class Number(str):
    """A number as it was written."""

    __slots__ = ()


def parse_json(text: str | bytes) -> Any:
    """A JSON value whose numbers keep their digits. Raises ValueError."""
    return json.loads(text, parse_float=Number, parse_int=Number, parse_constant=Number)


def as_json(value: Any) -> str:
    """JSON text of a value, numbers as they were written."""
    match value:
        case Number():
            return str(value)
        case dict():
            inside = (f"{json.dumps(key, ensure_ascii=False)}: {as_json(one)}" for key, one in value.items())
            return "{" + ", ".join(inside) + "}"
        case list() | tuple():
            return "[" + ", ".join(as_json(one) for one in value) + "]"
        case None | bool() | int() | float() | str():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return json.dumps(str(value), ensure_ascii=False)


def as_text(value: Any) -> str | None:
    """A value as bronze keeps it: text unchanged, lists and objects as JSON text."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case str():
            return str(value)
        case dict() | list() | tuple():
            return as_json(value)
        case _:
            return str(value)


class Paths:
    """The dotted paths that a contract declares; nested records are flattened along them."""

    def __init__(self, declared: Iterable[str]) -> None:
        self.declared = frozenset(declared)
        self._parents = frozenset(path[:at] for path in self.declared for at, sign in enumerate(path) if sign == ".")

    def flatten(self, record: Mapping[str, Any], prefix: str = "") -> dict[str, str | None]:
        """Path -> text. An object that no declared path leads through stays one JSON text."""
        flat: dict[str, str | None] = {}
        for key, value in record.items():
            path = prefix + str(key)
            if path not in self.declared and path in self._parents and isinstance(value, dict):
                flat.update(self.flatten(value, path + "."))
            elif value is not None or path not in self._parents or path in self.declared:
                flat[path] = as_text(value)
        return flat


def table_of(rows: list[dict[str, str | None]], numbers: list[int], null_values: Iterable[str]) -> pa.Table:
    """Rows as a table of text columns in order of first appearance, with `_row_number`."""
    nulls = frozenset(null_values)
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {
        name: pa.array((None if (value := row.get(name)) in nulls else value for row in rows), pa.string())
        for name in names
    }
    return pa.table({**columns, "_row_number": pa.array(numbers, pa.int64())})


class Batches:
    """Rows gathered into tables, counted and numbered by a tally."""

    def __init__(self, tally: Tally, null_values: Iterable[str], size: int = 50_000) -> None:
        self._tally, self._null_values, self._size = tally, tuple(null_values), size
        self._rows: list[dict[str, str | None]] = []
        self._numbers: list[int] = []

    def add(self, row: dict[str, str | None]) -> Iterator[pa.Table]:
        """Count the row as the next record; the table that it completes, if it does."""
        self._tally.delivered += 1
        self._rows.append(row)
        self._numbers.append(self._tally.delivered)
        if len(self._rows) >= self._size:
            yield from self.rest()

    def rest(self) -> Iterator[pa.Table]:
        """The table of what was added since the last one."""
        if self._rows:
            yield table_of(self._rows, self._numbers, self._null_values)
            self._rows, self._numbers = [], []
