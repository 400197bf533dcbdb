"""Households, related parties, control chains and totals of a million parties, from Arrow tables to Arrow tables."""

import time
from datetime import date
from statistics import median

import duckdb
import pyarrow as pa

from spark_jobs.identity.households.day import households_of_day
from spark_jobs.identity.households.facts import Delivered, facts_of
from spark_jobs.identity.households.numbering import Previous
from spark_jobs.identity.households.rules import load_rules
from spark_jobs.identity.households.tables import AMOUNTS, HOUSEHOLD_MEMBERS, HOUSEHOLDS, INPUTS
from spark_jobs.identity.households.totals import household_totals
from tests.bench.figures import Figure

PARTIES, RUNS, SECONDS = 1_000_000, 3, 60
# two homes in ten parties, of couples, single parents, children and namesakes; one in twenty is a company: companies
# own each other in layers and, some, in loops
SQL = {
    "parties": """
        select 'p' || i as party_id, 'crm' as source_system, if(i % 20 = 19, 'organisation', 'person') as party_type,
            'n' || (i // 10 % 20000) as family_name_token,
            date '1950-01-01' + ((hash(i) % 15000)::int + if(i % 10 in (2, 6), 20000, 0)) as birth_date
        from range({parties}) as rows(i)""",
    "customer_records": """
        select 'crm|p' || i as record_key, 'crm' as source_system, 'p' || i as party_id, 'c' || i as customer_id,
            true as is_primary
        from range({parties}) as rows(i)""",
    "contacts": """
        select 'p' || i as party_id, 'a' || (i // 5) as contact_token from range({parties}) as rows(i)""",
    "relations": """
        select 'p' || (i + one) as from_party_id, 'p' || (i + two) as to_party_id, code as relation_type_code,
            null as share_rate, null as started_date, null as ended_date
        from range(0, {parties}, 20) as rows(i),
            (values (0, 1, 'spouse'), (2, 0, 'child'), (3, 0, 'child'), (6, 5, 'child')) as told(one, two, code)
        union all
        select 'p' || (i - 19), 'p' || i, 'owner', 0.3, null, null from range(19, {parties}, 20) as rows(i)
        union all
        select 'p' || i, 'p' || greatest(19, i - 20 * (1 + hash(i) % 50)::bigint), 'owner', 0.4, null, null
        from range(39, {parties}, 20) as rows(i)
        union all
        select 'p' || i, 'p' || (i + 20), 'owner', 0.2, null, null from range(19, {parties} - 20, 1000) as rows(i)""",
    "account_parties": """
        select 'A' || i as account_id, 'p' || i as party_id, 'owner' as role_code,
            if(i % 5 = 0, 0.5, 1) as ownership_share_rate, null as started_date, null as ended_date
        from range({parties}) as rows(i)
        union all
        select 'A' || i, 'p' || (i + 1), 'joint_owner', 0.5, null, null from range(0, {parties} - 1, 5) as rows(i)""",
    "amounts": """
        select 'A' || i as account_id, 'EUR' as currency_code, (hash(i) % 100000000)::decimal(20, 4) / 100 as amount
        from range({parties}) as rows(i)""",
}  # fmt: skip


def measure() -> list[Figure]:
    """The figure `households`: seconds of a day that has households of the day before, totals included."""
    with duckdb.connect() as engine:
        made = {name: _table(engine, name, sql) for name, sql in SQL.items()}
    amounts = made.pop(AMOUNTS)
    rules = load_rules()
    first = households_of_day(Delivered(date(2026, 6, 1), **made), rules)
    previous = Previous(first[HOUSEHOLDS], first[HOUSEHOLD_MEMBERS])
    delivered, runs = Delivered(date(2026, 6, 2), **made), []
    for _ in range(RUNS):
        began = time.monotonic()
        again = households_of_day(delivered, rules, previous)
        household_totals(amounts, facts_of(delivered, rules), again[HOUSEHOLD_MEMBERS], rules)
        runs.append(round(time.monotonic() - began, 1))
        assert again[HOUSEHOLDS]["household_id"].equals(first[HOUSEHOLDS]["household_id"])
    relations, accounts = made["relations"].num_rows, made["account_parties"].num_rows
    what = f"households of {PARTIES:,} parties, {relations:,} relations, {accounts:,} account parties: a further day"
    value = median(runs)
    return [Figure("households", what, value, "seconds", f"at most {SECONDS} s", value <= SECONDS, runs=runs)]


def _table(engine: duckdb.DuckDBPyConnection, name: str, sql: str) -> pa.Table:
    return engine.sql(sql.format(parties=PARTIES)).to_arrow_table().cast(INPUTS[name])
