"""Who lived where, over time: periods that grow by a business date and can be taken back to any."""

from datetime import date

import pyarrow as pa

from spark_jobs.identity.engine import query
from spark_jobs.identity.households.numbering import Previous
from spark_jobs.identity.households.tables import HOUSEHOLD_MEMBERS, HOUSEHOLDS, TABLES

HISTORY = "identity.household_history"
SCHEMA = pa.schema([*TABLES[HOUSEHOLD_MEMBERS], ("valid_from", pa.date32()), ("valid_to", pa.date32())])
"""One row per household, customer and period; valid_to is exclusive, NULL while it lasts. Ids are those of the time."""

BEFORE = """
select history.* replace (if(valid_to >= date '{day}', null, valid_to) as valid_to)
from history
where valid_from < date '{day}'
"""
# under the ids of today, each customer in one primary household: the oldest
MEMBERS = """
select household_id, coalesce(current_customer_id, before.customer_id) as customer_id, role, is_primary_household
from before
left join ids using (customer_id)
where valid_to is null
qualify not is_primary_household or row_number() over (
    partition by coalesce(current_customer_id, before.customer_id), is_primary_household
    order by valid_from, household_id
) = 1
"""
HEADS = """
with founded as (select household_id, min(valid_from) as founded_date from before group by household_id)
select household_id, min(customer_id) as head_customer_id, any_value(founded_date) as founded_date
from members
join founded using (household_id)
where role = 'head'
group by household_id
"""
NOW = """
select before.* replace (
    if(valid_to is null and now.household_id is null, date '{day}', valid_to) as valid_to
)
from before
left join now using (household_id, customer_id, role, is_primary_household)
union all
select now.*, date '{day}', null
from now
anti join (from before where valid_to is null) using (household_id, customer_id, role, is_primary_household)
order by household_id, customer_id, valid_from
"""


def known_before(history: pa.Table, business_date: date) -> pa.Table:
    """The periods as the dates before this one left them."""
    return query(BEFORE.format(day=business_date), history=history).cast(SCHEMA)


def previous(before: pa.Table, ids: pa.Table) -> Previous:
    """The households that lasted, their members under the ids that `ids` (identity.customer_ids) leads to."""
    members = query(MEMBERS, before=before, ids=ids)
    heads = query(HEADS, before=before, members=members)
    empty = {name: pa.nulls(heads.num_rows, kind) for name, kind in zip(*_columns(HOUSEHOLDS), strict=True)}
    columns = {name: heads[name] if name in heads.column_names else empty[name] for name in empty}
    return Previous(pa.table(columns).cast(TABLES[HOUSEHOLDS]), members.cast(TABLES[HOUSEHOLD_MEMBERS]))


def _columns(table: str) -> tuple[list[str], list[pa.DataType]]:
    return TABLES[table].names, TABLES[table].types


def history_after(before: pa.Table, members: pa.Table, business_date: date) -> pa.Table:
    """The periods with those of this date: what goes on, what ended, what began."""
    return query(NOW.format(day=business_date), before=before, now=members).cast(SCHEMA)
