"""A world of three systems that describe `things`: by postings (append), changes (merge) and snapshots."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import write_deltalake

from spark_jobs.catalog.models import Catalog, Column, Entity, Feed, Load, Rule, Server, Source
from spark_jobs.catalog.names import bronze_table, table_path
from spark_jobs.ledger import Delivery, Ledger, delivery_id
from spark_jobs.silver.inputs import EntityInputs, read_inputs

TEXT = pa.string()
SERVER = Server("demo", "csv", "{inbox}/{date}/things.csv")
COLUMNS = (
    Column("thing_id", "string", is_key=True, is_required=True),
    Column("amount", "decimal(20,4)"),
    Column("owner_name", "string", classification="restricted"),
    Column("changed_at", "timestamp", format="yyyy-MM-dd'T'HH:mm:ss"),
    Column("operation", "string"),
)
FEED = Feed("things", {"thing_id": "thing_id", "amount": "amount", "owner_token": "owner_name"})
LOADS = {
    "log": Load("append", key=("thing_id",)),
    "core": Load("merge", key=("thing_id",), order_by=("changed_at",), operation_column="operation"),
    "crm": Load("snapshot", key=("thing_id",), shrink_limit_percent=50),
}
RULE = Rule("amount_is_positive", "amount >= 0", column="amount", description="amount is not negative")


def entity(history: str = "scd2") -> Entity:
    columns = (
        Column("thing_id", "string", is_key=True, is_required=True),
        Column("amount", "decimal(20,4)"),
        Column("owner_token", "string", classification="restricted", normaliser="name", is_vaulted=True),
    )
    return Entity("things", "1.0.0", "Tests", "One row per thing.", columns, history=history)  # type: ignore[arg-type]


def source(system: str, **changed: Any) -> Source:
    values = {
        "system": system, "table": "things", "version": "1.0.0", "owner": "Tests", "description": "Things.",
        "columns": COLUMNS, "load": LOADS[system], "feeds": (FEED,), "servers": (SERVER,), "rules": (RULE,), **changed,
    }  # fmt: skip
    return Source(**values)


def catalog(history: str = "scd2", systems: Iterable[str] = ("log", "core", "crm"), **changed: Any) -> Catalog:
    sources = [source(system, **changed) for system in sorted(systems)]
    return Catalog({one.name: one for one in sources}, {"things": entity(history)})


@dataclass(frozen=True)
class TestSettings:
    """As much of the settings as silver reads."""

    __test__ = False
    home: Path
    environment: str = "demo"
    token_key_file: Path | None = None
    large_rows: int = 300_000
    merge_share: float = 1.0
    retention_days: int = 60


def deliver(
    home: Path, origin: Source, day: date, rows: Iterable[dict[str, str | None]], sequence: int = 0, content: str = ""
) -> str:
    """Put a delivery into bronze and the ledger, as landing would; returns its id. `content` stands for its hash."""
    names = [column.name for column in origin.columns]
    listed = [{name: row.get(name) for name in names} for row in rows]
    identity = delivery_id(origin.name, day, sequence, repr(listed))
    place = {"_delivery_id": identity, "_delivery_date": day, "_sequence": sequence}
    schema = pa.schema(
        [*((name, TEXT) for name in names), ("_delivery_id", TEXT), ("_delivery_date", pa.date32()),
         ("_sequence", pa.int32()), ("_row_number", pa.int64())]
    )  # fmt: skip
    numbered = [{**row, **place, "_row_number": number} for number, row in enumerate(listed, 1)]
    stored = pa.Table.from_pylist(numbered, schema=schema)
    write_deltalake(str(table_path(home, bronze_table(origin.name))), stored, mode="append")
    rows_count = len(listed)
    Ledger(home).record_delivery(
        Delivery(
            identity, origin.name, origin.system, day, sequence, f"things_{sequence}.csv", content or identity,
            delivered_rows=rows_count, stored_rows=rows_count, load_mode=origin.load.mode,
        )
    )  # fmt: skip
    return identity


def table_rows(spark: Any, home: Path, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """Sorted rows of a table."""
    frame = spark.read.format("delta").load(str(table_path(home, table))).select(*columns)
    return sorted((tuple(row) for row in frame.collect()), key=repr)


def day(number: int) -> date:
    return date(2026, 6, number)


def delivery(system: str, number: int, rows: int = 10, sequence: int = 0) -> Delivery:
    identity = f"{system}-{number}-{sequence}"
    return Delivery(identity, f"{system}/things", system, day(number), sequence, "f", identity, stored_rows=rows)


class FakeLedger:
    """A ledger that knows these accepted deliveries."""

    def __init__(self, *deliveries: Delivery) -> None:
        self.known = deliveries

    def accepted(self, source: str) -> list[Delivery]:
        return [one for one in self.known if one.source == source]


def inputs(*deliveries: Delivery, token_check: str = "k", **changed: Any) -> EntityInputs:
    return read_inputs(catalog(**changed), FakeLedger(*deliveries), "things", token_check)
