-- One row per account: the first date that this run writes anew. Late, corrected and deleted rows move it back.
with

accounts as (select account_id from {{ ref('stg_silver__accounts') }}),

transactions as (select * from {{ ref('stg_silver__transactions_history') }}),

balances as (select * from {{ ref('stg_silver__account_balances_history') }}),

positions as (select * from {{ ref('stg_silver__positions_history') }}),

prices as (select * from {{ ref('stg_silver__prices_history') }}),

rates as (select * from {{ ref('stg_silver__fx_rates_history') }}),

changed as (
    select account_id, posted_date as changed_date from transactions where _changed_date >= {{ business_date() }}
    union all
    select account_id, balance_date as changed_date from balances where _changed_date >= {{ business_date() }}
    union all
    select account_id, position_date as changed_date from positions where _changed_date >= {{ business_date() }}
),

changed_by_account as (select account_id, min(changed_date) as changed_date from changed group by account_id),

market as (
    select min(changed_date) as changed_date
    from (
        select price_date as changed_date from prices where _changed_date >= {{ business_date() }}
        union all
        select rate_date as changed_date from rates where _changed_date >= {{ business_date() }}
    )
),

final as (
    select
        accounts.account_id,
        cast(greatest(
            {{ first_loaded_date() }},
            least({{ first_new_date() }}, changed_by_account.changed_date, market.changed_date)
        ) as date) as from_date
    from accounts
    left join changed_by_account on changed_by_account.account_id = accounts.account_id
    cross join market
)

select * from final
