"""50,578 records of 5,156 historical persons, with nicknames, moves, and lost names and dates."""

from tests.bench import _splink_demo
from tests.bench._entity_evaluation import b_cubed, largest, of_pairs
from tests.bench._entity_sets import historical, model_of, trained_and_resolved
from tests.bench.figures import Figure

GOAL, LARGEST = 0.87, 60
PEER_THRESHOLDS = (0.8, 0.95)
"""The peer's best B-cubed lies near the first; the second is what its example uses."""


def measure() -> list[Figure]:
    """The figure `er_historical_50k`: B-cubed F1, and the largest cluster."""
    records, truth = historical()
    ours = trained_and_resolved(records, "historical")
    peers = _splink_demo.plain_splink([records], _splink_demo.historical(), PEER_THRESHOLDS)
    cubed, pairs = b_cubed(truth, ours), of_pairs(truth, ours)
    best = max(peers.values(), key=lambda peer: b_cubed(truth, peer).f1)
    return [
        Figure(
            id="er_historical_50k",
            what=f"50,578 historical persons at threshold {model_of('historical').thresholds.merge:g}: B-cubed F1 "
            f"(largest cluster {largest(ours)})",
            value=round(cubed.f1, 4),
            unit="B-cubed F1",
            goal=f"{GOAL}, largest cluster at most {LARGEST}",
            met=cubed.f1 >= GOAL and largest(ours) <= LARGEST,
            peer=f"plain Splink, the better of {PEER_THRESHOLDS}",
            peer_value=round(b_cubed(truth, best).f1, 4),
            detail={
                "b_cubed_precision": round(cubed.precision, 4),
                "b_cubed_recall": round(cubed.recall, 4),
                "pairs_f1": round(pairs.f1, 4),
                "largest": largest(ours),
                "peer_largest": largest(best),
            },
        )
    ]
