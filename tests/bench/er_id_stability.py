"""Thirty dates of records that come, change and go: whose customer id moves although nothing touched the customer."""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from spark_jobs.identity.current import customer_records
from spark_jobs.identity.daily import bank_policy, frozen_matching
from spark_jobs.identity.day import run_day
from spark_jobs.identity.engine import query
from spark_jobs.identity.inputs import Day
from spark_jobs.identity.journal import Journal
from spark_jobs.identity.tables import EDGES, RECORDS
from spark_jobs.ledger import Store
from tests.bench._bank_population import (
    FIRST_DATE,
    changed,
    is_whole,
    model_records,
    record_keys,
    records_wanted,
    writings,
)
from tests.bench.figures import Figure

SIZE, DATES = 100_000, 30
NEW, CHANGED, DELETED = 0.005, 0.003, 0.001
CHOSEN = ("record_key", "since_date", "version")
DELIVERED = """
select known.* exclude (version), since_date as first_delivery_date, md5(record_key || ' ' || version) as content_hash
from known join chosen using (record_key, version)
"""
# touched: a record that came, changed or went after the first date; linked: by an edge that counted on any date
STABILITY = """
with touched as (select distinct record_key from records where step_id <> '{first_step}'),
links as (
    select left_key, right_key from edges where starts_with(reason, 'rule:') or score >= {threshold}
),
linked as (
    select left_key as record_key from links where right_key in (from touched)
    union
    select right_key from links where left_key in (from touched)
),
untouched as (
    select customer_id from before
    anti join (select customer_id from before where record_key in (from touched union from linked)) as hit
        using (customer_id)
    group by customer_id
),
kept as (
    select before.customer_id, bool_and(now.customer_id is not distinct from before.customer_id) as is_kept
    from before
    semi join untouched using (customer_id)
    left join now using (record_key)
    group by before.customer_id
)
select count(*) as untouched, count(*) filter (is_kept) as kept, (select count(*) from touched) as touched_records
from kept
"""


def measure() -> list[Figure]:
    """The figure `er_id_stability`: percent of untouched customers that keep their id."""
    policy, matching = bank_policy(), frozen_matching()
    with tempfile.TemporaryDirectory() as home:
        journal = Journal(Store(Path(home)))
        before = None
        for day in _days():
            print(f"  {day.business_date}: {run_day(journal, day, matching, policy)}", flush=True)
            before = before or customer_records(journal.standing())
        now = customer_records(journal.standing())
        sql = STABILITY.format(first_step=journal.line()[0]["step_id"], threshold=policy.threshold)
        rows = {"records": journal.rows(RECORDS), "edges": journal.rows(EDGES)}
        (found,) = query(sql, before=before, now=now, **rows).to_pylist()
    assert found["untouched"] and found["touched_records"]
    share = 100 * found["kept"] / found["untouched"]
    customers = len(before["customer_id"].unique())
    return [
        Figure(
            id="er_id_stability",
            what=f"{DATES} dates on {before.num_rows:,} records, each {NEW:.1%} new, {CHANGED:.1%} changed, "
            f"{DELETED:.1%} deleted: customers that none of these touched and that keep their id",
            value=share if share == 100 else round(min(share, 99.9999), 4),
            unit="percent",
            goal="100",
            met=is_whole(SIZE) and found["kept"] == found["untouched"],
            detail={"customers": customers, **found},
        )
    ]


def _days() -> Iterator[Day]:
    """The first date and those after it; every version of a record is normalised once, beforehand."""
    size = records_wanted(SIZE)
    every = writings(round(size * (1.01 + NEW * DATES)))
    states = list(_states(every.num_rows, size))
    last = np.max([versions for _, versions in states], axis=0)
    known = _versions(every, last)
    keys = record_keys(every)
    for number, (present, versions) in enumerate(states):
        there = pa.array(present)
        chosen = pa.table([keys.take(there), every["since_date"].take(there), pa.array(versions[present])], CHOSEN)
        yield Day(FIRST_DATE + timedelta(days=number), query(DELIVERED, known=known, chosen=chosen))


def _states(records: int, size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each date the places of the records that are there, and the version of every record."""
    draw = np.random.default_rng(3)
    order = draw.permutation(records)
    present, waiting, versions = order[:size], order[size:], np.zeros(records, dtype=np.int64)
    yield present, versions
    gone, altered, new = (round(size * share) for share in (DELETED, CHANGED, NEW))
    for _ in range(DATES):
        shuffled, versions = draw.permutation(present), versions.copy()
        versions[shuffled[gone : gone + altered]] += 1
        present, waiting = np.concatenate([shuffled[gone:], waiting[:new]]), waiting[new:]
        yield present, versions


def _versions(every: pa.Table, last: np.ndarray) -> pa.Table:
    """Every record in all versions up to its last one, as the model reads it."""
    parts = []
    for version in range(last.max() + 1):
        made = model_records(changed(every.filter(pa.array(last >= version)), version=version))
        parts.append(made.append_column("version", pa.array([version] * made.num_rows, pa.int64())))
    return pa.concat_tables(parts)
