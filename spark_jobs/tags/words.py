"""Rows of marts.customer_tag_words without Spark, a column at a time: a million customers fit beside other work."""

from collections.abc import Iterator
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

KEPT = 2
"""Columns that stay in memory: words of what is true, and of what is known."""


class Words:
    """Words in order of customer id; a column is read when it is asked for, and the last ones asked for are kept."""

    def __init__(self, rows: ds.Dataset | pa.Table) -> None:
        self.dataset = rows if isinstance(rows, ds.Dataset) else ds.dataset(rows)
        ids = self.dataset.to_table(columns=["customer_id"])["customer_id"].combine_chunks().cast(pa.string())
        self._order = pc.array_sort_indices(ids)
        self._columns: dict[str, pa.Array] = {}
        self._ids: pa.Array = ids.take(self._order)

    @property
    def num_rows(self) -> int:
        """How many customers there are."""
        return len(self._ids)

    def __getitem__(self, name: str) -> pa.Array:
        if name == "customer_id":
            return self._ids
        if name not in self._columns:
            while len(self._columns) >= KEPT:
                del self._columns[next(iter(self._columns))]
            self._columns[name] = self.dataset.to_table(columns=[name])[name].combine_chunks().take(self._order)
        return self._columns[name]

    def business_date(self) -> date | None:
        """Business date of the words; None where there are none."""
        return self.dataset.head(1, columns=["as_of_date"])["as_of_date"][0].as_py() if self.num_rows else None

    def batches(self, columns: list[str], customer_ids: pa.Array | None = None) -> Iterator[pa.RecordBatch]:
        """Rows of all customers, or of these, in any order."""
        chosen = None if customer_ids is None else pc.field("customer_id").isin(customer_ids)
        return self.dataset.to_batches(columns=columns, filter=chosen)


def flattened(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The elements of all rows of a column of lists, one after the other."""
    return (column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column).flatten()
