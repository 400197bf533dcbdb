"""Persons planted twice in a generated bank of 100,000 customers, found by a model learnt on another bank."""

import tempfile
from pathlib import Path

from spark_jobs.identity.matching.definition import load_definition
from spark_jobs.identity.matching.training import train
from tests.bench._demo_persons import demo_records
from tests.bench._entity_evaluation import b_cubed, of_pairs
from tests.bench._entity_sets import resolved
from tests.bench.figures import Figure

PERSONS, SEED, TRAINING_SEED = 100_000, 78, 20
PRECISION, RECALL = 0.999, 0.97


def measure() -> list[Figure]:
    """The figure `er_demo_bank`: precision over pairs, with recall beside it."""
    with tempfile.TemporaryDirectory() as folder:
        others, _ = demo_records(Path(folder) / "training", PERSONS, TRAINING_SEED)
        records, truth = demo_records(Path(folder) / "measured", PERSONS, SEED)
    found = resolved(records, train(others, load_definition("bank")))
    pairs = of_pairs(truth, found)
    return [
        Figure(
            id="er_demo_bank",
            what=f"planted duplicates among {records.num_rows:,} persons, learnt on another seed: precision of pairs "
            f"(recall {pairs.recall:.4f})",
            value=round(pairs.precision, 4),
            unit="precision",
            goal=f"{PRECISION}, recall {RECALL}",
            met=pairs.precision >= PRECISION and pairs.recall >= RECALL,
            detail={"recall": round(pairs.recall, 4), "b_cubed": round(b_cubed(truth, found).f1, 6)},
        )
    ]
