"""Bounds that a suite states relative to the day or to the last run: `business_date - 5 days`, `80 % of last`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

RELATIVE_DAY = re.compile(r"business_date(?:\s*([+-])\s*(\d+)\s+days?)?")
SHARE_OF_LAST = re.compile(r"(\d+(?:\.\d+)?)\s*%\s+of\s+last")
BOUNDS = ("min_value", "max_value")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What relative bounds are relative to."""

    business_date: date
    last_row_count: int | None = None
    """Rows of the table in the last run of an earlier business date; None when there was none."""


def resolve_bounds(arguments: Mapping[str, Any], now: Circumstances) -> dict[str, Any]:
    """The arguments with relative bounds replaced; a bound relative to a last run that never was falls away."""
    resolved = {name: _resolve(value, now) if name in BOUNDS else value for name, value in arguments.items()}
    if any(name in arguments for name in BOUNDS) and all(resolved.get(name) is None for name in BOUNDS):
        resolved["min_value"] = 0
    return resolved


def _resolve(value: Any, now: Circumstances) -> Any:
    if not isinstance(value, str):
        return value
    if day := RELATIVE_DAY.fullmatch(value.strip()):
        sign, days = day.groups()
        return now.business_date + timedelta(days=int(days or 0) * (-1 if sign == "-" else 1))
    if share := SHARE_OF_LAST.fullmatch(value.strip()):
        return None if now.last_row_count is None else int(now.last_row_count * float(share.group(1)) / 100)
    return value
