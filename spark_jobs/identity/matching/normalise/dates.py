"""Dates of birth as written by people and systems."""

import re
from datetime import date

FORMATS = (
    (re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"), "ISO"),
    (re.compile(r"(?P<year>\d{4})[/.年](?P<month>\d{1,2})[/.月](?P<day>\d{1,2})日?"), "year first"),
    (re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"), "digits"),
    (re.compile(r"(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{4})"), "day first"),
)
UNKNOWN = frozenset({date(1, 1, 1), date(1753, 1, 1), date(1900, 1, 1), date(1970, 1, 1), date(9999, 12, 31)})
"""What systems write when they do not know."""


def birth_date(text: str) -> str | None:
    """YYYY-MM-DD; None for what is no date, or stands for an unknown one."""
    for pattern, _ in FORMATS:
        found = pattern.fullmatch(text.strip())
        if found:
            return _iso(*(int(found[name]) for name in ("year", "month", "day")))
    return None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return None if found in UNKNOWN else found.isoformat()
