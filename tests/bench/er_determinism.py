"""Whether learning, scoring and clustering give the same bytes on every run, on one thread and on two."""

import hashlib
from functools import partial
from itertools import cycle

import pyarrow as pa

from spark_jobs.identity.matching.backends import in_duckdb
from spark_jobs.identity.matching.clusters import clusters
from spark_jobs.identity.matching.scoring import match
from spark_jobs.identity.matching.training import train
from tests.bench._entity_sets import febrl, historical, model_of
from tests.bench.figures import Figure

RUNS = 5


def measure() -> list[Figure]:
    """The figure `er_determinism`: results over five runs, each with another order of records."""
    sets = (("febrl", *febrl("3")), ("historical", *historical()))
    different = {name: len(fingerprints(name, records)) for name, records, _ in sets}
    return [
        Figure(
            id="er_determinism",
            what=f"different models, edges and clusters over {RUNS} runs, 1 or 2 threads, orders shuffled",
            value=max(different.values()),
            unit="results",
            goal="1",
            met=max(different.values()) == 1,
            detail=different,
        )
    ]


def fingerprints(name: str, records: pa.Table) -> set[str]:
    """Hashes of what each run found."""
    found = set()
    for run, threads in zip(range(RUNS), cycle((1, 2)), strict=False):
        order = pa.array([(place * 7919 + run) % records.num_rows for place in range(records.num_rows)])
        model = train(records.take(order), model_of(name), threads)
        edges = match(records.take(order), model, partial(in_duckdb, threads))
        groups = clusters(edges, model.definition.thresholds.merge, model.definition.thresholds.largest)
        text = repr((model.version, edges.to_pydict(), groups.to_pydict()))
        found.add(hashlib.sha256(text.encode()).hexdigest())
    return found
