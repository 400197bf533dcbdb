"""What readers ask the ledger for: who belongs to whom when, golden values, the review queue."""

import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.identity.engine import query
from spark_jobs.identity.journal import Journal
from spark_jobs.identity.tables import GOLDEN_VALUES, MEMBERSHIPS, REVIEW_QUEUE

INTERVALS = """
with known as (select rows.*, step_number from rows join steps using (step_id))
select record_key, customer_id, valid_from, valid_to
from known
where valid_to is not null and valid_from < valid_to
union all
select record_key, customer_id, valid_from, valid_to
from (
    select * from known qualify row_number() over (partition by record_key, customer_id order by step_number desc) = 1
)
where change = 'opened'
order by record_key, valid_from, customer_id
"""
GOLDEN = """
with known as (select rows.*, step_number from rows join steps using (step_id)),
latest as (select customer_id, max(step_number) as step_number from known group by customer_id)
select known.* exclude (step_id, step_number)
from known
semi join latest using (customer_id, step_number)
semi join (select customer_id from members where valid_to is null) as present using (customer_id)
order by customer_id, attribute, rank
"""


def memberships(journal: Journal) -> pa.Table:
    """One row per record, customer and period: record_key, customer_id, valid_from, valid_to (exclusive, NULL: now)."""
    return query(INTERVALS, rows=journal.rows(MEMBERSHIPS), steps=journal.steps())


def golden(journal: Journal) -> pa.Table:
    """One row per present customer, attribute and value of a record, winners (is_golden) and losers."""
    return query(GOLDEN, rows=journal.rows(GOLDEN_VALUES), steps=journal.steps(), members=memberships(journal))


def golden_first(journal: Journal, members: pa.Table) -> pa.Table:
    """The first row of each present customer and attribute, as `golden` has it; `members` are `memberships`."""
    rows = journal.rows(GOLDEN_VALUES, pc.field("rank") == 1)
    return query(GOLDEN, rows=rows, steps=journal.steps(), members=members)


def queue(journal: Journal) -> pa.Table:
    """The pairs that stewards should see now, by rank."""
    steps = journal.steps()
    if not steps.num_rows:
        return journal.rows(REVIEW_QUEUE)
    last = steps.column("step_id")[-1].as_py()
    return query("select * from rows where step_id = '" + last + "' order by rank", rows=journal.rows(REVIEW_QUEUE))
