"""Tables of the ledger that one run reads once."""

import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.identity.journal import Tables


class Remembered:
    """Tables whose rows, once read whole, are held in memory with what this run appends; one writer at a time."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._held: dict[str, pa.Table] = {}

    def exists(self, table: str) -> bool:
        """Whether the table has been created."""
        return self._tables.exists(table)

    def read(self, table: str, condition: pc.Expression | None = None) -> pa.Table:
        """Its rows, in no order; those that meet a condition are read from where they are kept."""
        if condition is not None:
            return self._tables.read(table, condition)
        if table not in self._held:
            self._held[table] = self._tables.read(table)
        return self._held[table]

    def append(self, table: str, rows: pa.Table) -> None:
        """Add rows in one commit."""
        self._tables.append(table, rows)
        if table in self._held:
            self._held[table] = pa.concat_tables([self._held[table], rows])

    def forget(self, table: str) -> None:
        """Hold a table no longer."""
        self._held.pop(table, None)
