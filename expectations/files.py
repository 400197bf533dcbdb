"""What a table's rows lie in: immutable data files, as the table's log lists them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable

from spark_jobs.catalog.names import table_path
from spark_jobs.release.snapshot import row_count, schema_hash

PLAIN_READER_VERSION = 1
"""The protocol without deletion vectors and column mapping: a file holds the rows that it holds."""


@dataclass(frozen=True, slots=True)
class TableFiles:
    """One version of a table."""

    folder: Path
    rows: dict[str, int]
    """Rows of each file by its name; empty when a file alone does not tell its rows (`is_plain` is false)."""
    row_count: int
    state: str
    """Equal for two versions whose columns and files are the same, and so their rows."""

    @property
    def is_plain(self) -> bool:
        """Whether each file can be read on its own."""
        return bool(self.rows) or not self.row_count

    def paths(self, names: Iterable[str]) -> list[str]:
        """Where these files lie."""
        return [str(self.folder / name) for name in names]


def table_files(home: Path, table: str) -> TableFiles:
    """The files of a table as it is now. Raises what reading its log raises."""
    folder = table_path(home, table)
    delta = DeltaTable(str(folder))
    rows = _plain_files(folder, delta)
    if rows is None:
        return TableFiles(folder, {}, row_count(delta), f"{delta.metadata().id}@{delta.version()}")
    parts = [schema_hash(delta), *sorted(rows)]
    return TableFiles(folder, rows, sum(rows.values()), hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24])


def _plain_files(folder: Path, delta: DeltaTable) -> dict[str, int] | None:
    """Rows by name of file; None for a table with partitions, deletion vectors, column mapping or without counts."""
    if delta.metadata().partition_columns or delta.protocol().min_reader_version > PLAIN_READER_VERSION:
        return None
    actions = pa.table(delta.get_add_actions(flatten=True))
    if not actions.num_rows:
        return {}
    rows = dict(zip(actions["path"].to_pylist(), actions["num_records"].to_pylist(), strict=True))
    is_told = None not in rows.values() and all("/" not in name and (folder / name).is_file() for name in rows)
    return rows if is_told else None
