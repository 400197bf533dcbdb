"""Partitions of one set of records held side by side, and the memory that making them took."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.identity.engine import query
from spark_jobs.identity.partition import links_of, partition
from spark_jobs.identity.policy import Policy
from spark_jobs.identity.tables import DECISIONS, TABLES

ONE_TO_ONE = """
select one.group_key as one_key, two.group_key as two_key
from one full outer join two using (record_key)
group by all
"""


def differences(one: pa.Table, two: pa.Table) -> int:
    """0 where both are the same; more with each group split, joined or missing. Columns: record_key, group_key."""
    pairs = query(ONE_TO_ONE, one=one, two=two)
    known = [pairs["one_key"], pairs["two_key"]]
    return 2 * pairs.num_rows - sum(pc.count_distinct(keys, mode="only_valid").as_py() for keys in known)


def grouped(records: pa.Table, edges: pa.Table, policy: Policy) -> dict[str, str]:
    """Record -> group, as the ledger draws them from edges when no steward has decided anything."""
    undecided = TABLES[DECISIONS].empty_table()
    keys = records["record_key"].combine_chunks()
    found = partition(keys, links_of(edges, undecided, policy), undecided, policy)
    return dict(zip(found["record_key"].to_pylist(), found["cluster_key"].to_pylist(), strict=True))


def forget_peak() -> None:
    """Let `peak_gib` count from now on (Linux)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_gib() -> float:
    """The most memory that this process has held since `forget_peak` (Linux)."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (kib,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return round(int(kib) / 2**20, 1)
