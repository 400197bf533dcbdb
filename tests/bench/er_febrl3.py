"""FEBRL 3: 5,000 records of 2,000 persons, up to five each, with typing errors, swaps and losses."""

from tests.bench import _splink_demo
from tests.bench._entity_evaluation import b_cubed, of_pairs
from tests.bench._entity_sets import febrl, model_of, trained_and_resolved
from tests.bench.figures import Figure

GOAL_PAIRS, GOAL_B_CUBED = 0.996, 0.999


def measure() -> list[Figure]:
    """The figure `er_febrl3`: F1 over pairs and B-cubed F1, at the threshold of the model file."""
    records, truth = febrl("3")
    ours = trained_and_resolved(records, "febrl")
    threshold = model_of("febrl").thresholds.merge
    peer = _splink_demo.plain_splink([records], _splink_demo.febrl3(), [threshold])[threshold]
    pairs, cubed = of_pairs(truth, ours), b_cubed(truth, ours)
    return [
        Figure(
            id="er_febrl3",
            what=f"FEBRL 3 at threshold {threshold:g}, learnt without truth: F1 of pairs (B-cubed {cubed.f1:.5f})",
            value=round(pairs.f1, 5),
            unit="F1",
            goal=f"{GOAL_PAIRS} / B-cubed {GOAL_B_CUBED}",
            met=pairs.f1 >= GOAL_PAIRS and cubed.f1 >= GOAL_B_CUBED,
            peer="plain Splink, settings of its example",
            peer_value=round(of_pairs(truth, peer).f1, 5),
            detail={
                "precision": round(pairs.precision, 5),
                "recall": round(pairs.recall, 5),
                "b_cubed": round(cubed.f1, 5),
                "peer_b_cubed": round(b_cubed(truth, peer).f1, 5),
            },
        )
    ]
