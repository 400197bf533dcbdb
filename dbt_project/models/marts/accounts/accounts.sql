-- One row per account.
with

accounts as (select * from {{ ref('int_accounts_described') }}),

owners as (select * from {{ ref('int_account_owners') }}),

account_daily as (select * from {{ ref('account_daily') }} where as_of_date = {{ business_date() }}),

owners_by_account as (
    select
        account_id,
        max(case when is_first_owner then customer_id end) as main_customer_id,
        max(owners_count) as owners_count,
        cast(sum(case when is_customer then share_rate else 0 end) as decimal(20, 10)) as customer_share_rate
    from owners
    group by account_id
),

final as (
    select
        accounts.account_id,
        owners_by_account.main_customer_id,
        accounts.product_id,
        accounts.branch_id,
        accounts.source_system,
        accounts.account_type_code,
        accounts.currency_code,
        accounts.status_code,
        accounts.statement_frequency_code,
        coalesce(owners_by_account.owners_count, 0) as owners_count,
        coalesce(owners_by_account.customer_share_rate, 0) as customer_share_rate,
        accounts.interest_rate,
        accounts.overdraft_limit_amount,
        coalesce(account_daily.balance_amount, 0) as balance_amount,
        coalesce(account_daily.base_balance_amount, 0) as base_balance_amount,
        coalesce(account_daily.asset_amount, 0) as asset_amount,
        accounts.status_code <> 'closed' as is_open,
        accounts.opened_date,
        accounts.closed_date,
        accounts.maturity_date,
        account_daily.balance_date
    from accounts
    left join owners_by_account on owners_by_account.account_id = accounts.account_id
    left join account_daily on account_daily.account_id = accounts.account_id
)

select * from final
