"""Whether what is decided about some records depends on how many others there are."""

from collections import defaultdict
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.identity.changes import EDGE_COLUMNS
from spark_jobs.identity.daily import bank_policy
from spark_jobs.identity.engine import query
from spark_jobs.identity.matching.definition import load_definition
from spark_jobs.identity.matching.frozen import shipped
from spark_jobs.identity.matching.scoring import match
from tests.bench._bank_population import is_whole, model_records, record_keys, records_wanted, truth_of, writings
from tests.bench._entity_evaluation import b_cubed
from tests.bench._partitions import forget_peak, grouped, peak_gib
from tests.bench.figures import Figure

LARGE = 2_000_000
"""Records of the large run; the small one has a twentieth of them, the probe a two-hundredth."""
SMALL_PART, PROBE_PART = 20, 200
WITHHELD = 0.1
"""Share of the small run's persons' records that only the large run has: they can bring probe records together."""
LOSS, MEMORY_GIB, SHOWN = 0.001, 12, 5
DIFFERENT = """
(from (from small except from large) union all from (from large except from small))
"""


def measure() -> list[Figure]:
    """The figure `er_scale_stability`: edges between probe records that differ."""
    forget_peak()
    every = writings(records_wanted(LARGE))
    few = _small(every)
    probe = few.slice(0, every.num_rows // PROBE_PART)
    keys, truth = record_keys(probe), truth_of(probe)
    small, small_edges = _decided(few, keys)
    large, large_edges = _decided(every, keys)
    different = query(DIFFERENT, small=small_edges, large=large_edges).num_rows
    joined, parted = _pairs(large) - _pairs(small), _pairs(small) - _pairs(large)
    wrong = [pair for pair in joined if truth[pair[0]] != truth[pair[1]]]
    quality = [b_cubed(truth, one).f1 for one in (small, large)]
    loss, peak = round(quality[0] - quality[1], 6), peak_gib()
    assert small_edges.num_rows
    return [
        Figure(
            id="er_scale_stability",
            what=f"edges between {probe.num_rows:,} records that differ when {every.num_rows:,} are matched instead of "
            f"{few.num_rows:,} (B-cubed loss {loss:g})",
            value=different,
            unit="edges",
            goal=f"0, B-cubed loss at most {LOSS}, {MEMORY_GIB} GiB",
            met=is_whole(LARGE) and different == 0 and loss <= LOSS and peak <= MEMORY_GIB,
            detail={
                "edges": small_edges.num_rows,
                "pairs_joined_through_new_records": len(joined),
                "of_these_wrong": len(wrong),
                "pairs_parted": len(parted),
                "joined": ", ".join(" + ".join(pair) for pair in sorted(joined)[:SHOWN]),
                "b_cubed_small": round(quality[0], 6),
                "b_cubed_large": round(quality[1], 6),
                "peak_gib": peak,
            },
        )
    ]


def _small(every: pa.Table) -> pa.Table:
    """The records of the first persons, without those withheld."""
    first = every.slice(0, round(every.num_rows / SMALL_PART / (1 - WITHHELD)))
    return first.filter(pa.array(np.random.default_rng(5).random(first.num_rows) >= WITHHELD))


def _decided(chosen: pa.Table, probe: pa.Array) -> tuple[dict[str, str], pa.Table]:
    """Group of each probe record, and the edges between them, when all the chosen records are matched."""
    records = model_records(chosen)
    edges = match(records, shipped(load_definition("bank"))).select(EDGE_COLUMNS)
    groups = grouped(records, edges, bank_policy())
    are_probes = [pc.is_in(edges[name], value_set=probe) for name in ("left_key", "right_key")]
    print(f"  {records.num_rows:,} records: {edges.num_rows:,} edges, peak {peak_gib()} GiB", flush=True)
    return {key: groups[key] for key in probe.to_pylist()}, edges.filter(pc.and_(*are_probes))


def _pairs(groups: dict[str, str]) -> set[tuple[str, ...]]:
    """Pairs of records of one group, the smaller key first."""
    members = defaultdict(list)
    for record, group in sorted(groups.items()):
        members[group].append(record)
    return {pair for together in members.values() for pair in combinations(together, 2)}
