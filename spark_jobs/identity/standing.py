"""What the ledger says now, as a pure function of its rows."""

from dataclasses import dataclass

import pyarrow as pa

from spark_jobs.identity.engine import query
from spark_jobs.identity.tables import DECISIONS, EDGES, MEMBERSHIPS, RECORDS, REDIRECTS, TABLES

KEYS = {
    RECORDS: ("record_key",),
    EDGES: ("left_key", "right_key", "reason"),
    DECISIONS: ("decision_id",),
    MEMBERSHIPS: ("record_key", "customer_id"),
    REDIRECTS: ("customer_id",),
}
"""What a row of a table is a change of; of one key the row of the latest step counts."""

COUNTED = {EDGES: "not is_dropped", DECISIONS: "not is_dropped", MEMBERSHIPS: "change <> 'left'"}
"""Last rows that say that something is no more are left out."""

# the first step brought most rows, which can be outdated only by the few of later steps
LAST = """
with later as (
    select rows.*
    from rows join steps using (step_id)
    where step_id <> '{first}'
    qualify row_number() over (partition by {keys} order by step_number desc) = 1
)
select * exclude (step_id) from (
    select * from rows anti join later using ({keys}) where step_id = '{first}'
    union all by name
    select * from later
)
where {counted}
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """The ledger after a step: one row per record, edge, decision, claim and customer id, the last change of each."""

    records: pa.Table
    edges: pa.Table
    decisions: pa.Table
    claims: pa.Table
    customers: pa.Table


def last_rows(table: str, rows: pa.Table, steps: pa.Table) -> pa.Table:
    """Of each key the row of the latest of these steps (oldest first); rows of other steps do not count."""
    if not steps.num_rows:
        return TABLES[table].empty_table().drop_columns(["step_id"])
    first = steps.column("step_id")[0].as_py()
    sql = LAST.format(keys=", ".join(KEYS[table]), first=first, counted=COUNTED.get(table, "true"))
    return query(sql, rows=rows, steps=steps)


def standing_of(rows: dict[str, pa.Table], steps: pa.Table) -> Standing:
    """The state that these rows and steps add up to; tables without rows may be left out."""
    latest = {name: last_rows(name, rows.get(name, TABLES[name].empty_table()), steps) for name in KEYS}
    return Standing(latest[RECORDS], latest[EDGES], latest[DECISIONS], latest[MEMBERSHIPS], latest[REDIRECTS])
