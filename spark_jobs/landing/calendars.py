"""On which dates a source is due."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_GAP = 370


def is_due(calendar: str, day: date, holidays: Collection[date] = ()) -> bool:
    """Whether a source of this calendar delivers for this day. `once` is due on no particular day."""
    kind, _, detail = calendar.partition(":")
    match kind:
        case "daily":
            return True
        case "business_days":
            return day.weekday() < 5 and day not in holidays
        case "weekly":
            return DAYS[day.weekday()] == detail.strip().lower()[:3]
        case "monthly":
            return day.day == min(int(detail), _last_day(day))
        case "once":
            return False
    raise ValueError(f"{calendar!r} is no calendar: business_days, daily, weekly:<mon..sun>, monthly:<day> or once")


def last_due(calendar: str, day: date, holidays: Collection[date] = ()) -> date | None:
    """The last date up to this day for which a delivery was due; None for `once`."""
    if calendar == "once":
        return None
    days = (day - timedelta(days=back) for back in range(LONGEST_GAP))
    return next((one for one in days if is_due(calendar, one, holidays)), None)


def is_after_cut_off(arrived_at: datetime, delivery_date: date, cut_off: str | None, timezone: str) -> bool:
    """Whether something arrived after the cut-off (end of day without one) of its date, in the bank's local time."""
    limit = time.fromisoformat(cut_off) if cut_off else time.max
    return arrived_at > datetime.combine(delivery_date, limit, ZoneInfo(timezone))


def _last_day(day: date) -> int:
    return ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day
