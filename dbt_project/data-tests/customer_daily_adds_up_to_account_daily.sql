-- What all customers have together is what all accounts hold, less the parts of owners who are no customers.
with

by_customer as (
    select
        as_of_date,
        sum(cash_amount) as cash_amount,
        sum(deposit_amount) as deposit_amount,
        sum(investment_amount) as investment_amount,
        sum(overdraft_amount + card_debt_amount) as debt_amount,
        sum(net_flow_amount) as net_flow_amount
    from {{ ref('customer_daily') }}
    where as_of_date = {{ business_date() }}
    group by as_of_date
),

outside as (
    select
        account_id,
        min(share_from_rate) as share_from_rate,
        max(share_to_rate) as share_to_rate,
        max(case when is_customer then 1 else 0 end) as has_customer,
        min(case when is_customer then 1 else 0 end) as has_customers_only
    from {{ ref('int_account_owners') }}
    group by account_id
),

by_account as (
    select
        account_daily.as_of_date,
        sum(account_daily.cash_amount) as cash_amount,
        sum(account_daily.deposit_amount) as deposit_amount,
        sum(account_daily.investment_amount) as investment_amount,
        sum(account_daily.overdraft_amount + account_daily.card_debt_amount) as debt_amount,
        sum(account_daily.net_flow_amount) as net_flow_amount,
        min(outside.has_customers_only) as has_customers_only
    from {{ ref('account_daily') }} as account_daily
    inner join outside on outside.account_id = account_daily.account_id
    where account_daily.as_of_date = {{ business_date() }} and outside.has_customer = 1
    group by account_daily.as_of_date
)

select *
from by_account
left join by_customer on by_customer.as_of_date = by_account.as_of_date
where
    by_account.has_customers_only = 1
    and not coalesce(
        by_account.cash_amount = by_customer.cash_amount
        and by_account.deposit_amount = by_customer.deposit_amount
        and by_account.investment_amount = by_customer.investment_amount
        and by_account.debt_amount = by_customer.debt_amount
        and by_account.net_flow_amount = by_customer.net_flow_amount,
        false
    )
