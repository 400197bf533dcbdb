"""How good a date's customers are: the figures that the identity gate holds against its bounds."""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.identity.current import CUSTOMER_IDS, CUSTOMER_RECORDS
from spark_jobs.identity.engine import query
from spark_jobs.identity.households.tables import HOUSEHOLDS
from spark_jobs.identity.journal import Journal
from spark_jobs.identity.reading import queue
from spark_jobs.identity.standing import last_rows
from spark_jobs.identity.tables import DECISIONS, MEMBERSHIPS

QUALITY = "identity.quality"
_COUNT, _RATE = pa.int64(), pa.float64()

# One row per business date, of the dates that count. NULL is what cannot be known: without labels, or on a first date.
SCHEMA = pa.schema(
    [
        ("records", _COUNT),
        ("customers", _COUNT),
        ("largest_cluster_records", _COUNT),
        # customers that are a part of a cluster which was held
        ("held_customers", _COUNT),
        # of the records that were there on the date before: the share whose customer is neither the one they had nor
        # the one that their old id leads to, though no decision of the date speaks of a record of that old customer
        ("share_of_changed_ids_rate", _RATE),
        # of the labelled pairs that are one customer, the share that stewards called the same
        ("precision_rate", _RATE),
        # of the labelled pairs that stewards called the same, the share that is one customer
        ("recall_rate", _RATE),
        # labelled pairs of which both records are there
        ("labelled_pairs_count", _COUNT),
        ("review_queue_pairs", _COUNT),
        ("households", _COUNT),
        ("largest_household_members", _COUNT),
        # households that grew too large and were taken apart
        ("held_households", _COUNT),
        ("business_date", pa.date32()),
    ]
)
SIZES = """
select coalesce(sum(size), 0) as records, count(*) as customers, coalesce(max(size), 0) as largest_cluster_records
from (select customer_id, count(*) as size from now group by customer_id)
"""
HELD = """
select count(distinct customer_id) as held_customers from claims where change = 'opened' and held_reason is not null
"""
CHANGED = """
with decided as (
    select customer_id from before
    where record_key in (select unnest([left_key, right_key]) from decisions)
),
kept as (
    select ids.current_customer_id is distinct from now.customer_id
        and before.customer_id not in (from decided) as is_changed
    from before
    join now using (record_key)
    left join ids on before.customer_id = ids.customer_id
)
select avg(is_changed::int) as share_of_changed_ids_rate from kept
"""
LABELLED = """
with pairs as (
    select is_same, one.customer_id = two.customer_id as is_joined
    from labels
    join now as one on left_key = one.record_key
    join now as two on right_key = two.record_key
)
select avg(is_same::int) filter (is_joined) as precision_rate, avg(is_joined::int) filter (is_same) as recall_rate,
    count(*) as labelled_pairs_count
from pairs
"""


HOUSEHOLD_SIZES = """
select count(*) as households, coalesce(max(members_count), 0) as largest_household_members,
    count(*) filter (is_held) as held_households
from households
"""


def quality_table(
    journal: Journal, current: Mapping[str, pa.Table], labels: pa.Table, business_date: date
) -> dict[str, pa.Table]:
    """`identity.quality` with the row of this date; rows of later dates, which do not count, are gone."""
    earlier = SCHEMA.empty_table()
    if journal.tables.exists(QUALITY):
        earlier = journal.tables.read(QUALITY, pc.field("business_date") < business_date).select(SCHEMA.names)
    row = quality_of(journal, current, labels, business_date)
    return {QUALITY: pa.concat_tables([earlier.cast(SCHEMA), row]).sort_by("business_date")}


def quality_of(journal: Journal, current: Mapping[str, pa.Table], labels: pa.Table, business_date: date) -> pa.Table:
    """One row: the figures of the last date, with the columns of SCHEMA."""
    now, ids = current[CUSTOMER_RECORDS], current[CUSTOMER_IDS]
    parts = [
        query(SIZES, now=now),
        query(HELD, claims=last_rows(MEMBERSHIPS, journal.rows(MEMBERSHIPS), journal.steps())),
        query(CHANGED, now=now, ids=ids, **_before(journal, business_date)),
        query(LABELLED, now=now, labels=labels),
        query(HOUSEHOLD_SIZES, households=current[HOUSEHOLDS]),
    ]
    figures = {name: part.column(name)[0].as_py() for part in parts for name in part.column_names}
    figures |= {"review_queue_pairs": queue(journal).num_rows, "business_date": business_date}
    return pa.Table.from_pylist([figures], schema=SCHEMA)


def _before(journal: Journal, business_date: date) -> dict[str, pa.Table]:
    """Memberships as the date before left them, and the decisions that this date changed."""
    steps, rows = journal.steps(), journal.rows(MEMBERSHIPS)
    is_earlier = pc.less(steps.column("business_date"), business_date)
    earlier = last_rows(MEMBERSHIPS, rows, steps.filter(is_earlier))
    own = steps.filter(pc.invert(is_earlier)).column("step_id").combine_chunks()
    return {
        "before": earlier.filter(pc.equal(earlier.column("change"), "opened")),
        "decisions": journal.rows(DECISIONS, pc.field("step_id").isin(own)),
    }
