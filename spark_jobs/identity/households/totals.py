"""What households own, each account counted once."""

import pyarrow as pa

from spark_jobs.identity.engine import query
from spark_jobs.identity.households.facts import Facts
from spark_jobs.identity.households.rules import Rules

# whole units of 10^-10 of an account: the parts of its owners are cut at running sums, so that they add up exactly; as
# bigint, since a hugeint leaves DuckDB as a decimal, whose division is no whole one
PARTS = """
with owners as (
    select account_id, customer_id, sum(share_rate) as share_rate, sum(unknown_count) as unknown_count
    from holders
    where list_contains({owning_roles}, role_code)
    group by account_id, customer_id
),
filled as (
    select account_id, customer_id, coalesce(share_rate, 0)::double
        + unknown_count * greatest(0, 1 - sum(coalesce(share_rate, 0)::double) over account)
            / greatest(1, sum(unknown_count) over account) as share
    from owners
    window account as (partition by account_id)
),
running as (
    select *, sum(share) over (partition by account_id order by customer_id rows unbounded preceding) as upto,
        greatest(1, sum(share) over (partition by account_id)) as whole
    from filled
)
select account_id, customer_id, round(upto / whole * 1e10)::bigint as upto_units,
    coalesce(lag(upto_units) over (partition by account_id order by customer_id), 0) as from_units
from running
"""
TOTALS = """
with
shares as (
    select account_id, customer_id, currency_code,
        (amount * 10000)::hugeint * upto_units // 10000000000 - (amount * 10000)::hugeint * from_units // 10000000000
            as units
    from parts
    join amounts using (account_id)
),
held as (
    select household_id, currency_code, sum(units) as units, count(distinct account_id) as accounts_count
    from shares
    join members using (customer_id)
    group by household_id, currency_code
),
outside as (
    select null as household_id, currency_code,
        sum((amount * 10000)::hugeint - coalesce(inside.units, 0)) as units,
        count(*) filter ((amount * 10000)::hugeint <> coalesce(inside.units, 0)) as accounts_count
    from amounts
    left join (
        select account_id, sum(units) as units from shares semi join members using (customer_id) group by account_id
    ) as inside using (account_id)
    group by currency_code
)
select household_id, currency_code, (units::decimal(34, 0) * 0.0001::decimal(4, 4))::decimal(20, 4) as total_amount,
    accounts_count
from (from held union all from outside)
order by household_id nulls last, currency_code
"""


def household_totals(amounts: pa.Table, facts: Facts, members: pa.Table, rules: Rules) -> pa.Table:
    """One row per household and currency: household_id, currency_code, total_amount, accounts_count.

    An account counts once in a household: with the parts of its members, at most whole. Shares that add up to more than
    1 are brought to 1; an owner without a share has an equal part of what the others leave. The row without a household
    is what belongs to nobody among `members` (identity.household_members): given those of primary households alone, all
    rows of a currency add up to its accounts, to the last ten-thousandth.
    """
    parts = query(PARTS.format(owning_roles=list(rules.owning_roles)), holders=facts.holders)
    return query(TOTALS, parts=parts, amounts=amounts, members=members)
