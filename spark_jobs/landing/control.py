"""Control files: how many rows the sender meant to send, and what an amount sums to."""

import csv
import json
import re
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.catalog.models import ControlFile
from spark_jobs.landing.problems import RejectedDeliveryError

EXACT = pa.decimal128(38, 10)


class Totals:
    """Exact sum of one text column over the tables added; values that are no number count nothing."""

    def __init__(self, column: str | None) -> None:
        self._column = column
        self.amount = Decimal(0)

    def add(self, table: pa.Table) -> None:
        """Add the column's values."""
        if self._column is None or self._column not in table.column_names:
            return
        values = table[self._column]
        try:
            self.amount += pc.sum(values.cast(EXACT)).as_py() or 0
        except pa.ArrowInvalid:
            self.amount += sum(_number(value) for value in values.to_pylist())


class Control:
    """What a control file says: row count and amount sum, each None when it says nothing."""

    def __init__(self, row_count: int | None, amount: Decimal | None) -> None:
        self.row_count, self.amount = row_count, amount

    @classmethod
    def read(cls, path: Path, declared: ControlFile) -> "Control":
        """The totals in a control file: JSON, `name=value` lines, or a header line and a value line.

        Raises RejectedDeliveryError when a declared field is not there or is no number.
        """
        fields = _fields(path.read_text(encoding="utf-8-sig", errors="replace"))
        wanted = {"row count": declared.row_count_field, "amount sum": declared.amount_sum_field}
        values: dict[str, Decimal | None] = {"amount sum": None}
        for meaning, name in wanted.items():
            if name is None:
                continue
            try:
                values[meaning] = Decimal(str(fields[name.casefold()]).strip().replace("'", "").replace("_", ""))
            except (KeyError, InvalidOperation):
                reason = f"{path.name} does not say the {meaning} as a number in {name!r}"
                raise RejectedDeliveryError("control_file", reason) from None
        return cls(int(values["row count"] or 0), values["amount sum"])

    def check(self, delivered: int, amount: Decimal, *, is_all_readable: bool) -> None:
        """Raises RejectedDeliveryError when the totals differ; an amount only counts when every record was readable."""
        if self.row_count is not None and self.row_count != delivered:
            raise RejectedDeliveryError(
                "control_row_count", f"the control file announces {self.row_count} rows, {delivered} were delivered"
            )
        if self.amount is not None and is_all_readable and self.amount != amount:
            raise RejectedDeliveryError(
                "control_amount_sum", f"the control file announces a sum of {self.amount}, the rows sum to {amount:f}"
            )


def _fields(text: str) -> dict[str, object]:
    text = text.strip()
    if text.startswith("{"):
        try:
            return {str(name).casefold(): value for name, value in json.loads(text, parse_float=str).items()}
        except ValueError:
            return {}
    lines = [line for line in text.splitlines() if line.strip()]
    pairs = [re.match(r"\s*([\w.\- ]+?)\s*[=:]\s*(.*)", line) for line in lines]
    if lines and all(pairs):
        return {pair[1].casefold(): pair[2].strip().strip('"') for pair in pairs if pair}
    if len(lines) == 2:
        delimiter = next((sign for sign in ";\t|," if sign in lines[0]), ",")
        names, values = csv.reader(lines, delimiter=delimiter)
        return {name.strip().casefold(): value for name, value in zip(names, values, strict=False)}
    return {}


def _number(text: str | None) -> Decimal:
    plain = (text or "").strip()
    if "," in plain and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return Decimal(0)
    return value if value.is_finite() else Decimal(0)
