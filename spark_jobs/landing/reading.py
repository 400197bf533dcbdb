"""One pass over one file: every record written to a Parquet part or kept as unreadable, counted and summed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from spark_jobs.catalog.models import Server, Source
from spark_jobs.landing.bronze import PartWriter
from spark_jobs.landing.calendars import is_after_cut_off
from spark_jobs.landing.control import Control, Totals
from spark_jobs.landing.discovery import Arrival, control_path
from spark_jobs.landing.drift import Mapped, map_columns
from spark_jobs.landing.formats import names_every_column, reader_of
from spark_jobs.landing.problems import DeliveryProblem, RejectedDeliveryError
from spark_jobs.landing.streams import DeliveredFile
from spark_jobs.landing.tally import Tally
from spark_jobs.ledger import Delivery
from spark_jobs.ledger.tables import TABLES

QUARANTINE = "quarantine.landing_rows"


@dataclass(frozen=True)
class Visit:
    """One source on one run: what its deliveries are recorded with."""

    source: Source
    server: Server
    business_date: date
    run_id: str
    timezone: str = "UTC"
    """The bank's local time, in which cut-offs are told."""

    def is_late(self, arrival: Arrival) -> bool:
        """Whether the file is of an earlier date than the run's or, where the server's option `lateness` says
        `modified`, was written after its date's cut-off."""
        if arrival.delivery_date < self.business_date:
            return True
        by_clock = self.server.options.get("lateness") == "modified"
        cut_off = self.source.load.cut_off
        return by_clock and is_after_cut_off(arrival.modified_at, arrival.delivery_date, cut_off, self.timezone)


class Reading:
    """One pass over one file."""

    def __init__(self, visit: Visit, arrival: Arrival, sequence: int, writer: PartWriter) -> None:
        self.visit, self.arrival, self.sequence, self.writer = visit, arrival, sequence, writer
        self.tally = Tally()
        self.rejection: RejectedDeliveryError | None = None
        self.control: Control | None = None
        declared = visit.source.load.control
        self.totals = Totals(declared.amount_column if declared else None)
        self._seen: dict[str, None] = {}
        self._names: list[str] = []
        self._mapped = Mapped({})

    def read(self, file: DeliveredFile) -> None:
        """Write every readable row; keep in mind why the delivery as a whole cannot be taken."""
        try:
            for table in reader_of(self.visit.server)(file, self.visit.source, self.visit.server, self.tally):
                self._take(table)
            self._check_control()
        except RejectedDeliveryError as rejection:
            self.rejection = self.rejection or rejection
        self.writer.close()

    def _take(self, table: pa.Table) -> None:
        names = [name for name in table.column_names if name != "_row_number"]
        if names != self._names:
            self._names = names
            self._seen.update(dict.fromkeys(names))
            self._mapped = map_columns(
                self.visit.source, list(self._seen), has_header=names_every_column(self.visit.server)
            )
            self._judge(self._mapped)
        if self.rejection is None and table.num_rows:
            rows = self._as_bronze(table)
            self.totals.add(rows)
            self.writer.write(rows)

    def _judge(self, mapped: Mapped) -> None:
        source, worst = self.visit.source, mapped.worst()
        if worst is None:
            return
        text = f"{self.arrival.path.name}, line 1, column {worst.column}: {worst.text}"
        if worst.action == "stop":
            raise DeliveryProblem(
                f"{source.name} {self.arrival.delivery_date}: {text} (rule column_{worst.kind}). Nothing of it was "
                f"committed. Ask {source.owner} for a new file, or change {source.file or source.name}: declare the "
                f"column, or set load.drift.{worst.kind} to quarantine or accept."
            )
        self.rejection = self.rejection or RejectedDeliveryError(
            f"column_{worst.kind}", text, ", ".join(self._seen) or None
        )

    def _as_bronze(self, table: pa.Table) -> pa.Table:
        count = table.num_rows
        delivered = {bronze: table[name] for name, bronze in self._mapped.columns.items() if name in self._names}
        columns: dict[str, Any] = {
            column.name: delivered.pop(column.name, None) for column in self.visit.source.columns
        }
        columns = {name: pa.nulls(count, pa.string()) if one is None else one for name, one in columns.items()}
        columns.update(delivered)
        columns["_delivery_date"] = pa.repeat(pa.scalar(self.arrival.delivery_date, pa.date32()), count)
        columns["_sequence"] = pa.repeat(pa.scalar(self.sequence, pa.int64()), count)
        columns["_row_number"] = table["_row_number"]
        return pa.table(columns)

    def _check_control(self) -> None:
        declared = self.visit.source.load.control
        if declared is None:
            return
        self.control = Control.read(control_path(self.arrival.path, declared), declared)
        self.control.check(self.tally.delivered, self.totals.amount, is_all_readable=not self.tally.rejected)

    def delivery(self, identity: str, content_hash: str) -> Delivery:
        """The delivery, before its state is resolved against the other deliveries."""
        source, arrival = self.visit.source, self.arrival
        return Delivery(
            delivery_id=identity,
            source=source.name,
            source_system=source.system,
            delivery_date=arrival.delivery_date,
            sequence=self.sequence,
            file_name=arrival.path.name,
            content_hash=content_hash,
            size_bytes=arrival.size_bytes,
            state="rejected" if self.rejection else "accepted",
            state_reason=self.rejection.reason if self.rejection else None,
            delivered_rows=self.tally.delivered,
            is_late=self.visit.is_late(arrival),
            control_row_count=self.control.row_count if self.control else None,
            control_amount=self.control.amount if self.control else None,
            contract_version=source.version,
            run_id=self.visit.run_id,
            load_mode=source.load.mode,
            file_modified_at=arrival.modified_at,
        )

    def quarantined(self, delivery: Delivery) -> pa.Table:
        """Rows of quarantine.landing_rows: one a record, or one for the whole delivery when it was rejected."""
        if delivery.state == "duplicate":
            return TABLES[QUARANTINE].empty_table()
        rows = self.tally.rows()
        if self.rejection:
            whole = {"rule": self.rejection.rule, "reason": self.rejection.reason, "raw": self.rejection.raw}
            rows = pa.Table.from_pylist([whole], schema=rows.schema)
        common = {name: getattr(delivery, name) for name in ("source", "delivery_id", "delivery_date", "file_name")}
        common |= {"contract_version": delivery.contract_version, "run_id": delivery.run_id}
        columns = []
        for field in TABLES[QUARANTINE]:
            if field.name in rows.column_names:
                columns.append(rows[field.name])
            else:
                columns.append(pa.repeat(pa.scalar(common.get(field.name), field.type), rows.num_rows))
        return pa.table(columns, schema=TABLES[QUARANTINE])

    def discard(self) -> None:
        """Remove what was written."""
        self.writer.close()
        self.writer.discard()
