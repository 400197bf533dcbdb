"""Append to and read the small Delta tables that are written without Spark, from any number of processes."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from deltalake import CommitProperties, DeltaTable, write_deltalake

from spark_jobs.catalog.names import table_path
from spark_jobs.ledger.alone import compact, create
from spark_jobs.ledger.tables import TABLES

COMMIT_RETRIES = 100
FILES_BEFORE_COMPACTION = 24
"""Every task reads the ledger several times, and each appends a file: opening them is what a read costs."""


def retention(settings: Any) -> dict[str, str]:
    """Properties of a released table: how long its past can be read."""
    past = f"interval {settings.retention_days} days"
    return {"delta.logRetentionDuration": past, "delta.deletedFileRetentionDuration": past}


class Store:
    """Tables of `spark_jobs/ledger/tables.py`, and any table whose schema the caller brings with its rows."""

    def __init__(self, home: Path) -> None:
        self.home = Path(home)

    def path(self, table: str) -> Path:
        """Folder of a table."""
        return table_path(self.home, table)

    def exists(self, table: str) -> bool:
        """Whether the table has been created."""
        return DeltaTable.is_deltatable(str(self.path(table)))

    def create(self, table: str, schema: pa.Schema | None = None) -> DeltaTable:
        """The table, made empty when there is none yet; several processes may call this at once."""
        if not self.exists(table):
            create(self.path(table), schema or TABLES[table])
        return DeltaTable(str(self.path(table)))

    def append(self, table: str, rows: pa.Table | pa.RecordBatchReader) -> None:
        """Add rows in one commit, behind whatever other processes commit meanwhile; a column it lacks is added."""
        target = self.create(table, rows.schema if table not in TABLES else None)
        is_wider = bool(set(rows.schema.names) - {field.name for field in target.schema().fields})
        write_deltalake(
            target, rows, mode="append", schema_mode="merge" if is_wider else None,
            commit_properties=CommitProperties(max_commit_retries=COMMIT_RETRIES),
        )  # fmt: skip

    def replace(self, table: str, rows: pa.Table, properties: Mapping[str, str] | None = None) -> None:
        """Make these the table's rows and columns, in one commit; `properties` are for a new table."""
        folder = str(self.path(table))
        self.path(table).mkdir(parents=True, exist_ok=True)
        configuration = None if DeltaTable.is_deltatable(folder) else dict(properties or {})
        write_deltalake(folder, rows, mode="overwrite", schema_mode="overwrite", configuration=configuration)

    def append_records(self, table: str, records: Iterable[Mapping[str, Any]]) -> None:
        """Add records of a table of `tables.py`; a column that a record leaves out is NULL."""
        rows = pa.Table.from_pylist([dict(record) for record in records], schema=TABLES[table])
        if rows.num_rows:
            self.append(table, rows)

    def read(self, table: str, condition: pc.Expression | None = None) -> pa.Table:
        """Rows of a table, in no order; no rows when it has not been created."""
        if not self.exists(table):
            return TABLES[table].empty_table()
        target = DeltaTable(str(self.path(table)))
        schema = pa.schema(target.schema().to_arrow())
        files = _paths(target)
        if not files:
            return schema.empty_table()
        if len(files) > FILES_BEFORE_COMPACTION and compact(self.path(table)):
            target.update_incremental()
            files = _paths(target)
        return ds.dataset(files, schema=schema, format="parquet").to_table(filter=condition)

    def files(self, table: str) -> list[str]:
        """Paths of the Parquet files that hold the rows of a table."""
        return _paths(DeltaTable(str(self.path(table))))


def _paths(target: DeltaTable) -> list[str]:
    return [_local(uri) for uri in target.file_uris()]


def _local(uri: str) -> str:
    """The path of a file on this machine: the log writes some of them as addresses, with %20 for a blank."""
    path = urlparse(uri).path if uri.startswith("file://") else uri
    return path if Path(path).exists() else unquote(path)
