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

# rows of the first step are many, rows of later steps are few: the first are probed against the second
LAST = """
with numbered as (select rows.*, step_number from rows join steps using (step_id)),
later as (select {keys}, step_number from numbered where step_number > (select min(step_number) from numbered))
select numbered.* exclude (step_id, step_number)
from numbered
where {counted} and not exists (
    from later where {same} and later.step_number > numbered.step_number
)
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
    """Of each key the row of the latest of these steps (step_id, step_number); rows of other steps do not count."""
    names = KEYS[table]
    same = " and ".join(f"later.{name} = numbered.{name}" for name in names)
    sql = LAST.format(keys=", ".join(names), same=same, counted=COUNTED.get(table, "true"))
    return query(sql, rows=rows, steps=steps)


def standing_of(rows: dict[str, pa.Table], steps: pa.Table) -> Standing:
    """The state that these rows and steps add up to; tables without rows may be left out."""
    latest = {name: last_rows(name, rows.get(name, TABLES[name].empty_table()), steps) for name in KEYS}
    return Standing(latest[RECORDS], latest[EDGES], latest[DECISIONS], latest[MEMBERSHIPS], latest[REDIRECTS])
