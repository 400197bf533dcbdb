from datetime import UTC, date, datetime

import pytest

from spark_jobs.landing.calendars import is_after_cut_off, is_due, last_due

HOLIDAYS = (date(2026, 12, 25),)


@pytest.mark.parametrize(
    ("calendar", "day", "expected"),
    [
        ("business_days", date(2026, 6, 1), date(2026, 6, 1)),
        ("business_days", date(2026, 6, 7), date(2026, 6, 5)),
        ("business_days", date(2026, 12, 25), date(2026, 12, 24)),
        ("daily", date(2026, 12, 25), date(2026, 12, 25)),
        ("weekly:mon", date(2026, 6, 7), date(2026, 6, 1)),
        ("monthly:31", date(2026, 7, 1), date(2026, 6, 30)),
        ("monthly:1", date(2026, 6, 30), date(2026, 6, 1)),
        ("once", date(2026, 6, 1), None),
    ],
)
def test_the_last_due_date(calendar, day, expected):
    assert last_due(calendar, day, HOLIDAYS) == expected


def test_an_unknown_calendar_is_named():
    with pytest.raises(ValueError, match="'fortnightly' is no calendar"):
        is_due("fortnightly", date(2026, 6, 1))


def test_the_cut_off_is_local_time():
    arrived = datetime(2026, 6, 1, 4, 30, tzinfo=UTC)
    assert is_after_cut_off(arrived, date(2026, 6, 1), "06:00", "Europe/Luxembourg")
    assert not is_after_cut_off(arrived, date(2026, 6, 1), "06:00", "UTC")
