"""One file becomes one delivery: read, counted, checked, committed to bronze, recorded in the ledger."""

import logging
from dataclasses import replace

import pyarrow.dataset as ds

from spark_jobs.landing.bronze import BronzeTable
from spark_jobs.landing.discovery import Arrival
from spark_jobs.landing.problems import DeliveryProblem
from spark_jobs.landing.reading import QUARANTINE, Reading, Visit
from spark_jobs.landing.streams import DeliveredFile
from spark_jobs.ledger import Delivery, Ledger, Reconciliation, delivery_id, resolve

log = logging.getLogger(__name__)


class Reception:
    """Lands files of one source."""

    def __init__(self, visit: Visit, ledger: Ledger) -> None:
        self._visit, self._ledger = visit, ledger
        self._bronze = BronzeTable(ledger.store.home, visit.source)

    def land(self, arrival: Arrival, sequence: int) -> Delivery | None:
        """The delivery as recorded; None when the file was still being written.

        Raises DeliveryProblem, before anything is committed, when its columns must stop the run.
        """
        file = DeliveredFile(arrival.path, self._visit.server.encoding, self._visit.server.options)
        reading = Reading(self._visit, arrival, sequence, self._bronze.writer())
        try:
            reading.read(file)
            content_hash = file.content_hash()
        except BaseException:
            reading.discard()
            raise
        finally:
            file.close()
        if file.is_changing():
            reading.discard()
            return None
        return self._record(reading, self._delivery(reading, content_hash))

    def _delivery(self, reading: Reading, content_hash: str) -> Delivery:
        """The delivery under an id of its own: a copy of a file under another name takes the next sequence."""
        name, place = reading.visit.source.name, reading.arrival.delivery_date
        names = {one.delivery_id: one.file_name for one in self._ledger.deliveries(name)}
        sequence = reading.sequence
        while names.get(delivery_id(name, place, sequence, content_hash)) not in (None, reading.arrival.path.name):
            sequence += 1
        identity = delivery_id(name, place, sequence, content_hash)
        return replace(reading.delivery(identity, content_hash), sequence=sequence)

    def _record(self, reading: Reading, delivery: Delivery) -> Delivery:
        known = {one.delivery_id: one for one in self._ledger.deliveries(delivery.source)}
        resolved = resolve([*(one for one in known.values() if one.delivery_id != delivery.delivery_id), delivery])
        delivery = next(one for one in resolved if one.delivery_id == delivery.delivery_id)
        delivery = _with_rows(delivery, reading)
        if not delivery.stored_rows:
            reading.discard()
        self._quarantine(reading, delivery)
        number = max((one.change_number for one in known.values()), default=0) + 1
        self._commit(reading, delivery, number)
        self._reconcile(delivery)
        moved = [
            replace(one, run_id=self._visit.run_id)
            for one in resolved
            if one.delivery_id in known and one.delivery_id != delivery.delivery_id
            and one.state != known[one.delivery_id].state
        ]  # fmt: skip
        return self._ledger.record_deliveries([delivery, *moved], number)[0]

    def _commit(self, reading: Reading, delivery: Delivery, number: int) -> None:
        if self._bronze.holds(delivery.delivery_id):
            log.info("%s: rows of %s are in bronze from an earlier try", delivery.source, delivery.delivery_id)
            reading.discard()
        elif delivery.stored_rows:
            self._bronze.commit(reading.writer, delivery, number)
        else:
            self._bronze.prepare()

    def _quarantine(self, reading: Reading, delivery: Delivery) -> None:
        rows = reading.quarantined(delivery)
        from_earlier_try = (
            (ds.field("delivery_id") == delivery.delivery_id)
            & (ds.field("contract_version") == delivery.contract_version)
            & (ds.field("row_number").is_null() == (reading.rejection is not None))
        )
        if rows.num_rows and not self._ledger.store.read(QUARANTINE, from_earlier_try).num_rows:
            self._ledger.append(QUARANTINE, rows)

    def _reconcile(self, delivery: Delivery) -> None:
        parts = delivery.stored_rows + delivery.quarantined_rows + delivery.duplicate_rows
        row = Reconciliation(
            layer="bronze",
            source=delivery.source,
            delivery_id=delivery.delivery_id,
            delivered=delivery.delivered_rows,
            stored=delivery.stored_rows,
            quarantined=delivery.quarantined_rows,
            duplicate=delivery.duplicate_rows,
            business_date=self._visit.business_date,
            run_id=self._visit.run_id,
            is_balanced=parts == delivery.delivered_rows,
        )
        self._ledger.add_reconciliation([row])
        if not row.is_balanced:
            raise DeliveryProblem(
                f"{delivery.source} {delivery.delivery_date}, {delivery.file_name}: {delivery.delivered_rows} "
                f"rows were delivered, but {delivery.stored_rows} stored, {delivery.quarantined_rows} quarantined and "
                f"{delivery.duplicate_rows} duplicate do not add up. This is a fault of the reader of "
                f"{self._visit.server.format} files; the delivery is not recorded and will be read again."
            )


def _with_rows(delivery: Delivery, reading: Reading) -> Delivery:
    match delivery.state:
        case "rejected":
            return replace(delivery, quarantined_rows=delivery.delivered_rows)
        case "duplicate":
            return replace(delivery, duplicate_rows=delivery.delivered_rows)
        case _:
            stored = reading.writer.stored_rows()
            return replace(delivery, stored_rows=stored, quarantined_rows=reading.tally.rejected)
