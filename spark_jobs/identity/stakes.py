"""What is at stake in a record: the money on the accounts of its party."""

from datetime import date
from pathlib import Path

import pyarrow as pa

from spark_jobs.identity.engine import query
from spark_jobs.identity.silver import read

# each amount is rounded before amounts are added, so that the sum does not depend on the order of rows
STAKES = """
with owned as (
    select party_id, account_id, coalesce(ownership_share_rate, 1) as share
    from account_parties
    where role_code in ('owner', 'joint_owner') and not is_deleted and coalesce(ended_date >= date '{day}', true)
),
balances as (
    select account_id, unnest(max_by(
        struct_pack(amount := balance_amount, currency_code := currency_code), (balance_date, source_system)
    ))
    from account_balances
    where balance_date <= date '{day}' and not is_deleted
    group by account_id
),
quoted as (
    select base_currency_code as currency_code, rate::double as rate, rate_date, 1 as is_direct
    from fx_rates
    where quote_currency_code = '{currency}' and rate_date <= date '{day}' and not is_deleted
    union all
    select quote_currency_code, 1 / rate::double, rate_date, 0
    from fx_rates
    where base_currency_code = '{currency}' and rate_date <= date '{day}' and not is_deleted and rate > 0
),
rates as (
    select currency_code, max_by(rate, (rate_date, is_direct, rate)) as rate from quoted group by currency_code
    union all
    select '{currency}', 1
),
holders as (select party_id, min(record_key) as record_key from records group by party_id)
select record_key, sum(round(amount::double * share::double * rate, 4)::decimal(20, 4))::decimal(20, 4) as amount
from owned
join balances using (account_id)
join rates using (currency_code)
join holders using (party_id)
group by record_key
"""
READ = ("account_parties", "account_balances", "fx_rates")


def amounts_at_stake(home: Path, records: pa.Table, business_date: date, currency: str) -> pa.Table:
    """record_key, amount: owned share of the last known balances of the party's accounts, in the base currency.

    Of several records of a party the smallest key carries it all, so that a customer's sum counts nothing twice.
    A balance in a currency without a rate does not count. It ranks the review queue, and decides nothing.
    """
    tables = {name: read(home, f"silver.{name}") for name in READ}
    keys = records.select(["record_key", "party_id"])
    return query(STAKES.format(day=business_date.isoformat(), currency=currency), records=keys, **tables)
