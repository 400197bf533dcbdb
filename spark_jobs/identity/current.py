"""The ledger's present state as flat tables for readers: customers, their ids, their golden values."""

from collections.abc import Mapping
from typing import Protocol

import pyarrow as pa

from spark_jobs.identity.engine import query
from spark_jobs.identity.journal import Journal, Tables
from spark_jobs.identity.reading import golden_first, memberships
from spark_jobs.identity.standing import Standing
from spark_jobs.identity.tables import MEMBERSHIPS, REDIRECTS

CUSTOMER_RECORDS, CUSTOMER_IDS = "identity.customer_records", "identity.customer_ids"
GOLDEN_ATTRIBUTES = "identity.golden_attributes"
PREFERRED_SYSTEM = "crm"
"""Its record speaks for a customer, where there is one."""
_TEXT, _FLAG, _DAY = pa.string(), pa.bool_(), pa.date32()

CURRENT: dict[str, pa.Schema] = {
    # One row per present source record. is_primary: exactly one record a customer, which speaks for it.
    CUSTOMER_RECORDS: pa.schema(
        [
            ("record_key", _TEXT),
            ("source_system", _TEXT),
            ("party_id", _TEXT),
            ("customer_id", _TEXT),
            ("reason", _TEXT),
            ("is_primary", _FLAG),
            ("joined_date", _DAY),
        ]
    ),
    # One row per customer id ever issued. state: in_use, redirected (it leads to the current one), retired (it means
    # nobody: NULL), withdrawn (only dates taken back knew it: the customer of its records, NULL where they are many).
    # moved_date: the last date on which a record joined it after its founding, or left it; NULL if none did.
    CUSTOMER_IDS: pa.schema(
        [
            ("customer_id", _TEXT),
            ("current_customer_id", _TEXT),
            ("state", _TEXT),
            ("founded_date", _DAY),
            ("moved_date", _DAY),
        ]
    ),
    # One row per present customer and attribute: the winning value, whose it is and what decided; of a set the first.
    GOLDEN_ATTRIBUTES: pa.schema(
        [
            ("customer_id", _TEXT),
            ("attribute", _TEXT),
            ("value", _TEXT),
            ("source_system", _TEXT),
            ("record_key", _TEXT),
            ("rule", _TEXT),
        ]
    ),
}
RECORDS_NOW = """
select record_key,
    split_part(record_key, '|', 1) as source_system,
    record_key[strpos(record_key, '|') + 1:] as party_id,
    customer_id,
    claims.reason,
    row_number() over (
        partition by customer_id
        order by split_part(record_key, '|', 1) <> '{preferred}', record_key <> founder_key, joined_step,
            first_delivery_date, record_key
    ) = 1 as is_primary,
    claims.valid_from as joined_date
from claims
join records using (record_key)
join customers using (customer_id)
where claims.change = 'opened'
order by record_key
"""
IDS_NOW = """
with recursive hops as (
    select customer_id, target_id from customers where change = 'redirected'
    union
    select hops.customer_id, customers.target_id
    from hops
    join customers on hops.target_id = customers.customer_id and customers.change = 'redirected'
),
redirected as (
    select hops.customer_id, hops.target_id
    from hops
    join customers on hops.target_id = customers.customer_id and customers.change in ('issued', 'revived')
),
withdrawn as (
    select ids.customer_id, if(count(distinct claims.customer_id) = 1, min(claims.customer_id), null) as target_id,
        min(ids.founded_date) as founded_date
    from ids
    anti join customers on ids.customer_id = customers.customer_id
    left join memberships on ids.customer_id = memberships.customer_id
    left join claims on memberships.record_key = claims.record_key and claims.change = 'opened'
    group by ids.customer_id
),
every as (
    select customer_id, customer_id as current_customer_id, 'in_use' as state, founded_date
    from customers
    where change in ('issued', 'revived')
    union all
    select customer_id, redirected.target_id, if(redirected.target_id is null, 'retired', 'redirected'), founded_date
    from customers
    left join redirected using (customer_id)
    where change in ('redirected', 'retired')
    union all
    select customer_id, target_id, 'withdrawn', founded_date from withdrawn
),
moved as (
    select customer_id, max(greatest(coalesce(valid_to, valid_from), valid_from)) as moved_date
    from periods
    join every using (customer_id)
    where valid_from > founded_date or valid_to is not null
    group by customer_id
)
select every.*, moved_date
from every
left join moved using (customer_id)
order by customer_id
"""


class Replaceable(Tables, Protocol):
    """Tables whose rows can also be replaced."""

    def replace(self, table: str, rows: pa.Table) -> None:
        """Make these the table's rows, in one commit."""


def current_tables(journal: Journal, standing: Standing) -> dict[str, pa.Table]:
    """The rows of every table of CURRENT, as the ledger stands."""
    history = {"ids": journal.rows(REDIRECTS), "memberships": journal.rows(MEMBERSHIPS)}
    periods = memberships(journal)
    known = {"claims": standing.claims, "customers": standing.customers, "periods": periods}
    rows = {
        CUSTOMER_RECORDS: customer_records(standing),
        CUSTOMER_IDS: query(IDS_NOW, **known, **history),
        GOLDEN_ATTRIBUTES: golden_first(journal, periods),
    }
    return {name: rows[name].select(schema.names).cast(schema) for name, schema in CURRENT.items()}


def customer_records(standing: Standing) -> pa.Table:
    """One row per present record with its customer; see CURRENT.

    Primary is a record of the preferred system, then the founding record, then the most senior claim, then the smaller
    key.
    """
    sql = RECORDS_NOW.format(preferred=PREFERRED_SYSTEM)
    return query(sql, claims=standing.claims, records=standing.records, customers=standing.customers)


def rewrite(tables: Replaceable, rows: Mapping[str, pa.Table]) -> list[str]:
    """Replace the tables whose rows are others than before, one commit each; their names."""
    changed = [name for name, now in rows.items() if not tables.exists(name) or differs(tables.read(name), now)]
    for name in changed:
        tables.replace(name, rows[name])
    return changed


def differs(before: pa.Table, now: pa.Table) -> bool:
    """Whether two tables hold other rows, in whatever order: their numbers of 64 bits a row are added up."""
    if before.num_rows != now.num_rows or before.schema.names != now.schema.names:
        return True
    sql = f"select sum(hash({', '.join(now.schema.names)})) as total from rows"
    return query(sql, rows=before)["total"][0] != query(sql, rows=now)["total"][0]
