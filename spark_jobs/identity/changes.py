"""What a business date changes: records that came, changed or went, and the edges that follow from them."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.identity.engine import query

EDGE_COLUMNS = ("left_key", "right_key", "reason", "score", "model_version", "evidence")

RECORD_CHANGES = """
select coalesce(new.record_key, old.record_key) as record_key,
    coalesce(new.first_delivery_date, old.first_delivery_date) as first_delivery_date,
    coalesce(new.content_hash, old.content_hash) as content_hash,
    new.record_key is not null as is_present,
    new.record_key is not null and (old.record_key is null or not old.is_present) as is_arrived
from (select record_key, first_delivery_date, content_hash from delivered) as new
full outer join standing as old on new.record_key = old.record_key
where (new.record_key is not null and (old.record_key is null or not old.is_present))
    or (new.record_key is null and old.is_present)
    or (new.record_key is not null and new.content_hash is distinct from old.content_hash)
    or (new.record_key is not null and new.first_delivery_date is distinct from old.first_delivery_date)
order by record_key
"""
EDGE_CHANGES = """
with hit as (select {columns} from standing where left_key in (from rematched) or right_key in (from rematched))
select *, false as is_dropped from (select {columns} from fresh except select {columns} from hit)
union all
select *, true as is_dropped from hit anti join fresh using (left_key, right_key, reason)
order by left_key, right_key, reason
"""
EDGES_AFTER = """
select {columns} from standing anti join changes using (left_key, right_key, reason)
union all
select {columns} from changes where not is_dropped
"""
DECISION_CHANGES = """
select *, false as is_dropped from (select {columns} from delivered except select {columns} from standing)
union all
select {columns}, true as is_dropped from standing anti join delivered using (decision_id)
order by decision_id
"""
DECISION_COLUMNS = (
    "decision_id", "left_key", "right_key", "kind", "decided_on", "steward", "reason", "is_revoked",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Matching:
    """How records are compared. An edge may depend on its two records and the model, on nothing else.

    `match(records)` gives the edges within records, `match_new(new_records, standing_records)` those that touch a new
    record; both return left_key < right_key, reason, score, model_version, evidence, one row per pair and reason.
    """

    match: Callable[[pa.Table], pa.Table]
    match_new: Callable[[pa.Table, pa.Table], pa.Table]
    model_version: str


def record_changes(delivered: pa.Table, standing: pa.Table) -> pa.Table:
    """One row per record that arrived, changed or went: the columns of identity.records, and is_arrived."""
    return query(RECORD_CHANGES, delivered=delivered, standing=standing)


def compare(delivered: pa.Table, changed: pa.Table, matching: Matching) -> pa.Table:
    """Edges between changed records, and between them and all others."""
    is_new = pc.is_in(delivered.column("record_key"), value_set=changed.column("record_key").combine_chunks())
    new, known = delivered.filter(is_new), delivered.filter(pc.invert(is_new))
    edges = matching.match_new(new, known) if known.num_rows else matching.match(new)
    return edges.select(EDGE_COLUMNS)


def edge_changes(fresh: pa.Table, standing: pa.Table, compared: pa.Table) -> pa.Table:
    """Edges that came or changed, and those that are dropped, with is_dropped.

    `fresh` are all edges that touch a compared record (its record_key), `standing` those that the ledger knows.
    """
    columns = ", ".join(EDGE_COLUMNS)
    return query(EDGE_CHANGES.format(columns=columns), fresh=fresh, standing=standing, rematched=compared)


def edges_after(standing: pa.Table, changes: pa.Table) -> pa.Table:
    """The edges that stand once these changes are made."""
    return query(EDGES_AFTER.format(columns=", ".join(EDGE_COLUMNS)), standing=standing, changes=changes)


def decision_changes(delivered: pa.Table, standing: pa.Table) -> pa.Table:
    """Decisions that came, changed or are no longer delivered."""
    columns = ", ".join(DECISION_COLUMNS)
    return query(DECISION_CHANGES.format(columns=columns), delivered=delivered, standing=standing)
