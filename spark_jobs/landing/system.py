"""Land everything that a system has delivered up to a business date, source by source."""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from spark_jobs.catalog.models import Catalog
from spark_jobs.landing.calendars import last_due
from spark_jobs.landing.control import Control
from spark_jobs.landing.discovery import Arrival, control_path, discover
from spark_jobs.landing.jdbc import DatabaseUnavailableError, fetch
from spark_jobs.landing.problems import DeliveryProblem, RejectedDeliveryError
from spark_jobs.landing.reading import Visit
from spark_jobs.landing.reception import Reception
from spark_jobs.landing.streams import DeliveredFile
from spark_jobs.ledger import Delivery, Freshness, Ledger

if TYPE_CHECKING:
    from spark_jobs.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LandingResult:
    """What landing one source came to: rows are those of the deliveries landed in this run."""

    source: str
    business_date: date
    deliveries: tuple[Delivery, ...] = ()
    last_delivery_date: date | None = None
    is_stale: bool = False
    problems: tuple[str, ...] = ()
    """Readable sentences about deliveries that were not taken, and about what is missing."""
    skipped: str | None = None
    """Why the source was not looked at at all."""
    seconds: float = 0.0

    @property
    def delivered(self) -> int:
        """Rows delivered."""
        return sum(one.delivered_rows for one in self.deliveries)

    @property
    def stored(self) -> int:
        """Rows stored in bronze."""
        return sum(one.stored_rows for one in self.deliveries)

    @property
    def quarantined(self) -> int:
        """Rows quarantined."""
        return sum(one.quarantined_rows for one in self.deliveries)

    @property
    def duplicate(self) -> int:
        """Rows of duplicate deliveries."""
        return sum(one.duplicate_rows for one in self.deliveries)


def land_system(
    catalog: Catalog, settings: "Settings", system: str, business_date: date, run_id: str
) -> list[LandingResult]:
    """Land every due and late delivery of a system's sources; one result a source of the settings' environment.

    Raises DeliveryProblem, once every source was tried, when a delivery or a missing one must stop the run.
    """
    ledger = Ledger(settings.home)
    results, stops = [], []
    for source in catalog.of_system(system):
        server = source.server(settings.environment)
        if server is None:
            continue
        visit = Visit(source, server, business_date, run_id, settings.timezone)
        try:
            results.append(_Landing(visit, settings, ledger).land())
        except DeliveryProblem as problem:
            stops.append(str(problem))
    if stops:
        raise DeliveryProblem("\n".join(stops))
    return results


class _Landing:
    """Landing one source."""

    def __init__(self, visit: Visit, settings: "Settings", ledger: Ledger) -> None:
        self._visit, self._settings, self._ledger = visit, settings, ledger
        self._source = visit.source
        self._problems: list[str] = []

    def land(self) -> LandingResult:
        """Land what is there and not yet in the ledger."""
        started = time.monotonic()
        landed: list[Delivery] = []
        reception = Reception(self._visit, self._ledger)
        try:
            arrivals = self._arrivals()
        except DatabaseUnavailableError as reason:
            log.warning("skipped %s: %s", self._source.name, reason)
            return LandingResult(self._source.name, self._visit.business_date, skipped=str(reason))
        for _ in range(2):
            for arrival in arrivals:
                landed.extend(self._land_one(reception, arrival))
        result = LandingResult(self._source.name, self._visit.business_date, tuple(_last_of_each(landed)))
        result = self._with_freshness(result)
        seconds = time.monotonic() - started
        log.info(
            "landed %s: %d rows delivered, %d stored, %d quarantined, %d duplicate in %.2f s",
            result.source, result.delivered, result.stored, result.quarantined, result.duplicate, seconds,
        )  # fmt: skip
        return replace(result, problems=tuple(dict.fromkeys(self._problems)), seconds=seconds)

    def _arrivals(self) -> list[Arrival]:
        if self._visit.server.format == "jdbc":
            return fetch(self._visit, self._settings, self._has_delivery)
        return discover(self._visit.server, self._settings, self._visit.business_date, self._source.load.control)

    def _has_delivery(self, day: date) -> bool:
        return any(one.delivery_date == day for one in self._ledger.accepted(self._source.name))

    def _land_one(self, reception: Reception, arrival: Arrival) -> list[Delivery]:
        sendings = [
            one
            for one in self._ledger.deliveries(self._source.name)
            if one.file_name == arrival.path.name
            and (one.delivery_date == arrival.delivery_date or not arrival.is_dated)
        ]
        last = sendings[-1] if sendings else None
        if last and not arrival.is_dated and _is_unchanged(arrival, last):
            arrival = replace(arrival, delivery_date=last.delivery_date)
        if last and _is_unchanged(arrival, last) and not self._must_be_read_again(arrival, last):
            return []
        if self._is_waiting(arrival):
            return []
        is_again = last is not None and _is_unchanged(arrival, last)
        same_day = [one for one in sendings if one.delivery_date == arrival.delivery_date]
        sequence = last.sequence if last and is_again else 100 * arrival.number + 1 + len(same_day)
        delivery = reception.land(arrival, sequence)
        if delivery is None:
            self._problems.append(f"{self._source.name}: {arrival.path.name} is still being written; not taken yet")
            return []
        if delivery.state in ("rejected", "duplicate"):
            self._problems.append(
                f"{self._source.name} {delivery.delivery_date}: {delivery.file_name} is {delivery.state}: "
                f"{delivery.state_reason}"
            )
        return [delivery]

    def _must_be_read_again(self, arrival: Arrival, last: Delivery) -> bool:
        if last.state == "rejected":
            return last.contract_version != self._source.version or self._has_new_control(arrival, last)
        return last.state == "accepted" and not last.has_rows_in_bronze

    def _has_new_control(self, arrival: Arrival, last: Delivery) -> bool:
        declared = self._source.load.control
        if declared is None or not control_path(arrival.path, declared).is_file():
            return False
        try:
            control = Control.read(control_path(arrival.path, declared), declared)
        except RejectedDeliveryError:
            return False
        return (control.row_count, control.amount) != (last.control_row_count, last.control_amount)

    def _is_waiting(self, arrival: Arrival) -> bool:
        declared = self._source.load.control
        if declared is None or control_path(arrival.path, declared).is_file():
            return False
        expected = control_path(arrival.path, declared).name
        self._problems.append(f"{self._source.name}: {arrival.path.name} waits for its control file {expected}")
        return True

    def _with_freshness(self, result: LandingResult) -> LandingResult:
        load, day = self._source.load, self._visit.business_date
        due = last_due(load.calendar, day, self._settings.holidays)
        dates = [one.delivery_date for one in self._ledger.accepted(self._source.name) if one.delivery_date <= day]
        last = max(dates, default=None)
        is_missing = load.is_required and (last is None or (due is not None and last < due))
        reason = (
            f"no accepted delivery for {due or day}; the last one is of {last or 'no date'}" if is_missing else None
        )
        self._ledger.add_freshness(
            [Freshness(result.source, self._source.system, day, due, last, is_missing, reason, self._visit.run_id)]
        )
        if reason:
            self._problems.append(f"{result.source}: {reason}")
            if load.on_missing == "stop":
                raise DeliveryProblem(
                    f"{result.source}: {reason}. It is required (load.on_missing is stop). Deliver "
                    f"{self._visit.server.path}, ask {self._source.owner}, or go on with the last data (stale)."
                )
        return replace(result, last_delivery_date=last, is_stale=is_missing)


def _is_unchanged(arrival: Arrival, last: Delivery) -> bool:
    if arrival.size_bytes != last.size_bytes:
        return False
    if arrival.modified_at == last.file_modified_at:
        return True
    file = DeliveredFile(arrival.path)
    try:
        return file.content_hash() == last.content_hash
    finally:
        file.close()


def _last_of_each(deliveries: Iterable[Delivery]) -> list[Delivery]:
    return list({one.delivery_id: one for one in deliveries}.values())
