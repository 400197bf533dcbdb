"""What silver should hold, told day by day in plain Python: another way than the windows of the code under test."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple


class Delivered(NamedTuple):
    """One accepted delivery."""

    system: str
    day: date
    sequence: int
    rows: tuple[dict[str, str | None], ...]


State = tuple[Any, ...]


def amount_of(row: dict[str, str | None]) -> Decimal | None:
    """The row's amount; InvalidOperation when it is quarantined."""
    text = row.get("amount")
    value = None if text is None else Decimal(text)
    if value is not None and value < 0 and row.get("operation") != "D":
        raise InvalidOperation
    return value


def expected_periods(deliveries: Iterable[Delivered]) -> list[tuple[Any, ...]]:
    """(system, thing, amount, valid_from, valid_to, is_deleted) of every state, sorted."""
    listed, periods = list(deliveries), []
    for system in {one.system for one in listed}:
        mine = sorted((one for one in listed if one.system == system), key=lambda one: (one.day, one.sequence))
        timeline = _snapshots(mine) if system == "crm" else _changes(mine)
        for thing, days in timeline.items():
            periods += [(system, thing, *period) for period in _periods(days)]
    return sorted(periods, key=repr)


def _changes(deliveries: list[Delivered]) -> dict[str, list[tuple[date, State | None]]]:
    """End-of-day states of append and merge sources: that of the newest row known by then; None when deleted."""
    known, timeline = {}, defaultdict(list)
    for one in deliveries:
        for row in one.rows:
            try:
                state = (amount_of(row),)
            except InvalidOperation:
                continue
            order = ((row.get("changed_at") or "") if one.system == "core" else "", one.day, one.sequence)
            thing = row["thing_id"]
            if thing not in known or order >= known[thing][0]:
                known[thing] = (order, None if row.get("operation") == "D" and one.system == "core" else state)
            timeline[thing].append((one.day, known[thing][1]))
    return timeline


def _snapshots(deliveries: list[Delivered]) -> dict[str, list[tuple[date, State | None]]]:
    days: dict[date, list[dict[str, str | None]]] = defaultdict(list)
    for one in deliveries:
        days[one.day] += one.rows
    things = {row["thing_id"] for rows in days.values() for row in rows}
    timeline, full = defaultdict(list), None
    for day, rows in days.items():
        is_shrunken = full is not None and len(rows) < full / 2
        full = full if is_shrunken else len(rows)
        present = {row["thing_id"]: row for row in rows}
        for thing in things:
            if thing in present:
                with suppress(InvalidOperation):
                    timeline[thing].append((day, (amount_of(present[thing]),)))
            elif not is_shrunken and timeline[thing]:
                timeline[thing].append((day, None))
    return timeline


def _periods(days: list[tuple[date, State | None]]) -> Iterable[tuple[Any, ...]]:
    last = dict(days)
    begun: tuple[date, State] | None = None
    for day, state in sorted(last.items()):
        if begun is not None and state != begun[1]:
            yield (*begun[1], begun[0], day, state is None)
            begun = None
        if begun is None and state is not None:
            begun = (day, state)
    if begun is not None:
        yield (*begun[1], begun[0], None, False)
