-- Investments of all accounts are the sum of the holdings, and of balances of platforms that state no holdings.
with

by_account as (
    select
        account_daily.account_id,
        account_daily.investment_amount,
        account_daily.positions_count
    from {{ ref('account_daily') }} as account_daily
    where account_daily.as_of_date = {{ business_date() }} and account_daily.positions_count > 0
),

held as (
    select
        account_id,
        sum(base_market_value_amount) as held_amount
    from {{ ref('holdings') }}
    group by account_id
)

select
    coalesce(by_account.account_id, held.account_id) as account_id,
    by_account.investment_amount,
    held.held_amount
from by_account
full outer join held on held.account_id = by_account.account_id
where not coalesce(by_account.investment_amount = held.held_amount, false)
