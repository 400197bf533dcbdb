from collections.abc import Callable
from typing import Any

from spark_jobs.transforms.cfpb import DESCRIBING_COLUMNS, with_row_key

COMPLAINTS = ", ".join(f"{name} string" for name in DESCRIBING_COLUMNS)


def complaint(product: str, sub_product: str | None = None) -> tuple[str | None, ...]:
    return ("2013-07-29", product, sub_product, *("x",) * (len(DESCRIBING_COLUMNS) - 3))


def test_equal_complaints_are_told_apart_by_their_occurrence(table: Callable[..., Any]) -> None:
    complaints = table(COMPLAINTS, complaint("Mortgage"), complaint("Mortgage"), complaint("Credit card"))

    keys = [row.row_key for row in with_row_key(complaints).orderBy("product", "row_key").collect()]

    assert [key.split("-")[1] for key in keys] == ["1", "1", "2"]
    assert len({key.split("-")[0] for key in keys}) == 2


def test_an_unknown_value_is_not_an_empty_one(table: Callable[..., Any]) -> None:
    complaints = table(COMPLAINTS, complaint("Mortgage", None), complaint("Mortgage", ""))

    hashes = {row.row_key.split("-")[0] for row in with_row_key(complaints).collect()}

    assert len(hashes) == 2
