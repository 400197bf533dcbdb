"""The journal of silver: each row balances, and the sum is the truth."""

from dataclasses import asdict
from datetime import date

from spark_jobs.silver.counts import Counts, journal, totals_so_far
from tests.integration.silver_world import delivery, inputs


def counts(source_rows: int, **statuses: int) -> Counts:
    one = Counts()
    for status, rows in statuses.items():
        one.add(status, rows, 0)
    one.source_rows = source_rows
    return one


FIRST, SECOND = ("log/things", "log-1-0"), ("log/things", "log-2-0")


def test_a_correction_moves_rows_of_the_old_delivery_from_kept_to_superseded() -> None:
    now = inputs(delivery("log", 1), delivery("log", 2))
    before = {FIRST: counts(10, kept=10)}
    after = {FIRST: counts(10, kept=8, superseded=2), SECOND: counts(10, kept=9, quarantined=1)}
    old, new = journal(after, before, now, "run", date(2026, 6, 2))
    assert (old.kept, old.superseded, old.stored, old.is_balanced) == (-2, 2, 0, True)
    assert (new.kept, new.quarantined, new.stored, new.factor, new.is_balanced) == (9, 1, 10, 1.0, True)


def test_missing_rows_are_no_balance() -> None:
    rows = journal({FIRST: counts(9, kept=9)}, {}, inputs(delivery("log", 1)), "run", date(2026, 6, 1))
    assert [row.is_balanced for row in rows] == [False]


def test_a_withdrawn_delivery_is_taken_back() -> None:
    first = journal({FIRST: counts(10, kept=10)}, {}, inputs(delivery("log", 1)), "run", date(2026, 6, 1))
    held = totals_so_far([asdict(row) for row in first], "things")
    back = journal({}, held, inputs(), "run", date(2026, 6, 2))
    assert [(row.kept, row.stored, row.is_balanced) for row in back] == [(-10, -10, True)]
    assert totals_so_far([asdict(row) for row in (*first, *back)], "things") == {}


def test_a_rerun_writes_nothing() -> None:
    same = {FIRST: counts(10, kept=10)}
    assert journal(same, same, inputs(delivery("log", 1)), "run", date(2026, 6, 1)) == []


def test_elements_of_a_row_are_told_by_the_factor() -> None:
    (row,) = journal({FIRST: counts(10, kept=25, filtered=5)}, {}, inputs(delivery("log", 1)), "run", date(2026, 6, 1))
    assert (row.stored, row.factor, row.delivered, row.is_balanced) == (10, 3.0, 30, True)
