"""Texts as delivered become typed values, and what is not of its type becomes NULL."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import functions as F  # noqa: N812

from spark_jobs.transforms.typing import iso_text, typed


@dataclass
class Of:
    """A column as typing sees it."""

    type: str
    format: str | None = None
    timezone: str | None = None
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()
    has_decimal_comma: bool = False


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)


CASES = [
    (Of("bigint"), "12", 12),
    (Of("bigint"), "12.5", None),
    (Of("decimal(20,4)"), "-1.25", Decimal("-1.2500")),
    (Of("decimal(20,4)", has_decimal_comma=True), "1.234,5", Decimal("1234.5000")),
    (Of("decimal(20,4)"), "n/a", None),
    (Of("date"), "2026-02-29", None),
    (Of("date"), "2026", None),
    (Of("date", "dd.MM.yyyy"), "31.01.2026", date(2026, 1, 31)),
    (Of("date", "M/d/yyyy"), "2/3/2026", date(2026, 2, 3)),
    (Of("date", "yyyy-MM-dd|yyyyMMdd"), "20260203", date(2026, 2, 3)),
    (Of("date", "dd.MM.yyyy"), "31/01/2026", None),
    (Of("timestamp", "yyyy-MM-dd'T'HH:mm:ss", "Europe/Zurich"), "2026-07-01T10:00:00", at(2026, 7, 1, 8)),
    (Of("timestamp", "yyyy-MM-dd'T'HH:mm:ssXXX", "Europe/Zurich"), "2026-07-01T10:00:00+05:00", at(2026, 7, 1, 5)),
    (Of("timestamp", "yyyy-MM-dd HH:mm:ss"), "10:00:00", None),
    (Of("timestamp", "dd.MM.yyyy HH:mm"), "01.07.2026 10:30", at(2026, 7, 1, 10, 30)),
    (Of("timestamp"), "2026-07-01 10:00:00.5", at(2026, 7, 1, 10, 0, 0, 500000)),
    (Of("boolean", true_values=("J",), false_values=("N",)), "j", True),
    (Of("boolean"), "no", False),
    (Of("boolean"), "maybe", None),
    (Of("string"), " kept ", " kept "),
    (Of("date"), None, None),
]


@pytest.mark.parametrize(("column", "text", "value"), CASES)
def test_a_text_becomes_a_value_of_its_type(table: Callable[..., Any], column: Of, text: str, value: Any) -> None:
    rows = table("text string", (text,)).select(typed(F.col("text"), column).alias("value"))
    shown = rows.select(F.col("value").cast("timestamp_ntz") if column.type == "timestamp" else "value")
    assert shown.collect()[0][0] == value


@pytest.mark.parametrize("pattern", ["dd.MM.yyyy", "yyyyMMdd", "MM/dd/yyyy"])
def test_the_fast_way_reads_what_the_pattern_reads(table: Callable[..., Any], pattern: str) -> None:
    days = ["2026-01-31", "1999-12-01", "2026-02-29", "0001-01-01"]
    rows = table("day string", *((day,) for day in days))
    texts = rows.select(
        F.concat_ws("|", *(F.substring("day", *place) for place in ((1, 4), (6, 2), (9, 2)))).alias("t")
    )
    fields = F.split("t", r"\|")
    made = F.lit(pattern)
    for letters, place in (("yyyy", 0), ("MM", 1), ("dd", 2)):
        made = F.replace(made, F.lit(letters), fields[place])
    both = texts.select(made.alias("text"))
    value, is_of_shape = iso_text(F.col("text"), pattern) or (F.lit(None), F.lit(None))
    fast = F.when(is_of_shape, value.try_cast("date"))
    pairs = both.select(fast, F.try_to_date("text", pattern)).collect()
    assert len(pairs) == 4
    assert [row[0] for row in pairs] == [row[1] for row in pairs]
