"""Bronze tables: Parquet parts written while a file is read, committed to Delta in one transaction a delivery."""

import json
import time
import uuid
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Field, Schema, Transaction
from deltalake.schema import PrimitiveType
from deltalake.transaction import AddAction, RemoveAction

from spark_jobs.catalog.models import Source
from spark_jobs.catalog.names import bronze_table, table_path
from spark_jobs.ledger import Delivery

WRITERS = 2
ROWS_A_PART = 4_000_000
PROPERTIES = {
    "delta.logRetentionDuration": "interval 60 days",
    "delta.deletedFileRetentionDuration": "interval 60 days",
}
ADDED = [("_delivery_date", pa.date32()), ("_sequence", pa.int64()), ("_row_number", pa.int64())]


class _Part:
    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self.path = folder / f"part-{uuid.uuid4().hex}.parquet"
        self.schema = schema
        self.rows = 0
        self._writer = pq.ParquetWriter(
            self.path,
            schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=True,
            dictionary_pagesize_limit=256 << 10,
            write_statistics=["_row_number"],
        )

    def write(self, table: pa.Table) -> None:
        self._writer.write_table(table, row_group_size=1 << 20)
        self.rows += table.num_rows

    def close(self) -> None:
        self._writer.close()


class PartWriter:
    """Writes tables into Parquet parts of one folder, on two threads; a part has one schema and a bounded size."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lanes = [ThreadPoolExecutor(1, thread_name_prefix="write") for _ in range(WRITERS)]
        self._open: list[_Part | None] = [None] * WRITERS
        self._pending: list[Future[None] | None] = [None] * WRITERS
        self._turn = 0
        self.parts: list[_Part] = []

    def write(self, table: pa.Table) -> None:
        """Write a table; waits when the writer that takes it is still busy."""
        lane, self._turn = self._turn, (self._turn + 1) % WRITERS
        self._wait(lane)
        self._pending[lane] = self._lanes[lane].submit(self._write, lane, table)

    def _wait(self, lane: int) -> None:
        pending = self._pending[lane]
        if pending:
            pending.result()
        self._pending[lane] = None

    def _write(self, lane: int, table: pa.Table) -> None:
        part = self._open[lane]
        if part and (part.schema != table.schema or part.rows >= ROWS_A_PART):
            part.close()
            part = None
        if part is None:
            part = self._open[lane] = _Part(self._folder, table.schema)
            self.parts.append(part)
        part.write(table)

    def close(self) -> None:
        """Finish every part."""
        for lane, pool in enumerate(self._lanes):
            try:
                self._wait(lane)
            finally:
                pool.shutdown()
        for part in self._open:
            if part:
                part.close()

    def discard(self) -> None:
        """Remove the parts: nothing refers to them."""
        for part in self.parts:
            part.path.unlink(missing_ok=True)
        self.parts = []

    def stored_rows(self) -> int:
        """Rows in the parts, as their footers say."""
        return sum(pq.read_metadata(part.path).num_rows for part in self.parts)


class BronzeTable:
    """The bronze table of one source, partitioned by delivery so that a delivery is found and left out cheaply."""

    def __init__(self, home: Path, source: Source) -> None:
        self._source = source
        self.folder = table_path(home, bronze_table(source.name))

    def writer(self) -> PartWriter:
        """A writer of parts in this table's folder; they count once `commit` names them."""
        return PartWriter(self.folder)

    def holds(self, delivery_id: str) -> bool:
        """Whether rows of this delivery were committed."""
        if not DeltaTable.is_deltatable(str(self.folder)):
            return False
        return bool(DeltaTable(str(self.folder)).file_uris(file_pruning_predicate=[("_delivery_id", "=", delivery_id)]))

    def prepare(self, columns: Iterable[str] = ()) -> DeltaTable:
        """The table, created when there is none, with at least the contract's columns and these."""
        names = list(dict.fromkeys([*(column.name for column in self._source.columns), *columns]))
        fields = [*((name, pa.string()) for name in names), *ADDED, ("_delivery_id", pa.string())]
        table = DeltaTable.create(
            str(self.folder),
            Schema.from_arrow(pa.schema(fields)),
            mode="ignore",
            partition_by=["_delivery_id"],
            name=bronze_table(self._source.name),
            description=f"Rows of {self._source.name} as delivered, every column text.",
            configuration=PROPERTIES,
        )
        table.update_incremental()
        known = {field.name for field in table.schema().fields}
        new = [Field(name, PrimitiveType("string")) for name in names if name not in known]
        if new:
            table.alter.add_columns(new)
            table.update_incremental()
        return table

    def commit(self, writer: PartWriter, delivery: Delivery, change_number: int) -> None:
        """Make the parts rows of the delivery, in one transaction (txnAppId source, txnVersion change_number)."""
        names = [name for part in writer.parts for name in part.schema.names if not name.startswith("_")]
        table = self.prepare(names)
        adds: list[AddAction | RemoveAction] = [_add_action(part, delivery.delivery_id) for part in writer.parts]
        properties = CommitProperties(
            custom_metadata={"delivery_id": delivery.delivery_id, "run_id": delivery.run_id},
            app_transactions=[Transaction(self._source.name, change_number)],
            max_commit_retries=20,
        )
        table.create_write_transaction(
            adds, mode="append", schema=table.schema(), partition_by=["_delivery_id"], commit_properties=properties
        )


def _add_action(part: _Part, delivery_id: str) -> AddAction:
    return AddAction(
        path=part.path.name,
        size=part.path.stat().st_size,
        partition_values={"_delivery_id": delivery_id},
        modification_time=int(time.time() * 1000),
        data_change=True,
        stats=json.dumps({"numRecords": part.rows}),
    )
