"""Household ids that stay: a household keeps the oldest id to which nobody has a better claim."""

import hashlib
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from spark_jobs.identity.engine import query
from spark_jobs.identity.households.tables import HOUSEHOLD_MEMBERS, HOUSEHOLDS, TABLES

# one row per earlier household and group in which some of those live now who lived there, best claim first
CLAIMS = """
select household_id, founded_date, now.group_key,
    count(*) over (partition by household_id) as groups_count,
    count(*) over (partition by now.group_key) as households_count
from (
    select household_id, placed.group_key, bool_or(customer_id = head_customer_id) as has_head, count(*) as lived_count
    from members
    join households using (household_id)
    join placed using (customer_id)
    where is_primary_household
    group by household_id, placed.group_key
) as now
join households using (household_id)
order by founded_date, household_id, has_head desc, lived_count desc, now.group_key
"""
PLAIN = "select group_key, household_id, founded_date from claims where groups_count = 1 and households_count = 1"
CONTESTED = "select group_key, household_id, founded_date from claims where groups_count > 1 or households_count > 1"
NUMBERED = """
select heads.group_key, heads.head_customer_id, kept.household_id, kept.founded_date
from heads
left join (from plain union all from settled) as kept using (group_key)
order by heads.head_customer_id
"""


@dataclass(frozen=True, slots=True)
class Previous:
    """The households of the day before; their customers under the ids that they have now."""

    households: pa.Table = field(default_factory=TABLES[HOUSEHOLDS].empty_table)
    members: pa.Table = field(default_factory=TABLES[HOUSEHOLD_MEMBERS].empty_table)


def numbered(heads: pa.Table, placed: pa.Table, previous: Previous, business_date: date) -> pa.Table:
    """One row per group: group_key, head_customer_id, household_id, founded_date.

    Earlier households are gone through from the oldest on. The id of each goes to the group that claims it best and has
    none yet: the one with the earlier head, then with most of its members, then with the smaller key. Whoever is left
    gets a new id, made of its head and the date.
    """
    claims = query(CLAIMS, placed=placed, households=previous.households, members=previous.members)
    kept = query(
        NUMBERED, heads=heads, plain=query(PLAIN, claims=claims), settled=_settled(query(CONTESTED, claims=claims))
    )
    ids = [
        known or new_id(head, business_date)
        for head, known in zip(
            *(kept.column(name).to_pylist() for name in ("head_customer_id", "household_id")), strict=True
        )
    ]
    dates = [known or business_date for known in kept.column("founded_date").to_pylist()]
    columns = {"household_id": pa.array(ids, pa.string()), "founded_date": pa.array(dates, pa.date32())}
    return pa.table({"group_key": kept["group_key"], "head_customer_id": kept["head_customer_id"]} | columns)


def new_id(head_customer_id: str, business_date: date) -> str:
    """`h` and 20 hex digits: the same for the same founder and date, never that of another household."""
    text = f"{head_customer_id}|{business_date.isoformat()}"
    return "h" + hashlib.sha256(text.encode()).hexdigest()[:20]


def _settled(contested: pa.Table) -> pa.Table:
    """group_key, household_id and founded_date of claims that others contest, each id and each group once."""
    taken: dict[str, tuple[str, date]] = {}
    given: set[str] = set()
    for row in contested.to_pylist():
        group_key, household_id = row["group_key"], row["household_id"]
        if group_key not in taken and household_id not in given:
            taken[group_key] = household_id, row["founded_date"]
            given.add(household_id)
    rows = [{"group_key": key, "household_id": one, "founded_date": on} for key, (one, on) in taken.items()]
    return pa.Table.from_pylist(rows, contested.schema)
