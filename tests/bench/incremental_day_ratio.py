"""One more business date with 1 % of rows new or changed against the full load, compute stages only."""

from tests.bench._two_days import COMPUTE_STAGES, CUSTOMERS, DAYS, POSTINGS, two_days
from tests.bench.figures import Figure

GOAL_PERCENT = 15.0


def measure() -> list[Figure]:
    """The figure `incremental_day_ratio`, with the overhead of each date beside it."""
    full, more = (two_days()[day] for day in DAYS)
    seconds = [sum(one.get(stage, 0.0) for stage in COMPUTE_STAGES) for one in (full, more)]
    percent = 100 * seconds[1] / seconds[0]
    detail = {f"{day} {stage}": round(value, 1) for day, one in two_days().items() for stage, value in one.items()}
    return [
        Figure(
            id="incremental_day_ratio",
            what=f"one more date of {CUSTOMERS:,} customers and {POSTINGS:,} postings, compute stages",
            value=round(percent, 1),
            unit="% of the full load",
            goal=f"at most {GOAL_PERCENT:g} %",
            met=percent <= GOAL_PERCENT,
            peer="full load, seconds",
            peer_value=round(seconds[0], 1),
            ratio=round(seconds[1] / seconds[0], 3),
            runs=[round(one, 1) for one in seconds],
            detail=detail,
        )
    ]
