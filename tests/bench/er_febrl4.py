"""FEBRL 4: 5,000 persons in one file and 5,000 damaged records of them in another."""

from tests.bench import _splink_demo
from tests.bench._entity_evaluation import b_cubed, of_pairs
from tests.bench._entity_sets import febrl, model_of, trained_and_resolved
from tests.bench.figures import Figure

GOAL = 0.9995


def measure() -> list[Figure]:
    """The figure `er_febrl4`: F1 over pairs; the model does not know that each file holds a person once."""
    records, truth = febrl("4a", "4b")
    ours = trained_and_resolved(records, "febrl")
    threshold = model_of("febrl").thresholds.merge
    peer = _splink_demo.plain_splink([febrl("4a")[0], febrl("4b")[0]], _splink_demo.febrl4(), [threshold])[threshold]
    pairs = of_pairs(truth, ours)
    return [
        Figure(
            id="er_febrl4",
            what=f"FEBRL 4, two files of 5,000, at threshold {threshold:g}, learnt without truth: F1 of pairs",
            value=round(pairs.f1, 5),
            unit="F1",
            goal=f"{GOAL}",
            met=pairs.f1 >= GOAL,
            peer="plain Splink, settings of its example",
            peer_value=round(of_pairs(truth, peer).f1, 5),
            detail={
                "precision": round(pairs.precision, 5),
                "recall": round(pairs.recall, 5),
                "b_cubed": round(b_cubed(truth, ours).f1, 5),
                "peer_b_cubed": round(b_cubed(truth, peer).f1, 5),
            },
        )
    ]
