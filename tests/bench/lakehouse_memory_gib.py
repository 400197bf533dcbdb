"""Peak memory of the lakehouse process over a full load and one more date of a large bank."""

from tests.bench._two_days import CUSTOMERS, POSTINGS, two_days
from tests.bench.figures import Figure

GOAL_GIB = 8.0


def measure() -> list[Figure]:
    """The figure `lakehouse_memory_gib`."""
    peaks = [round(one["peak_gib"], 2) for one in two_days().values()]
    return [
        Figure(
            id="lakehouse_memory_gib",
            what=f"peak resident memory of the process, {CUSTOMERS:,} customers and {POSTINGS:,} postings",
            value=max(peaks),
            unit="GiB",
            goal=f"at most {GOAL_GIB:g} GiB",
            met=max(peaks) <= GOAL_GIB,
            runs=peaks,
        )
    ]
