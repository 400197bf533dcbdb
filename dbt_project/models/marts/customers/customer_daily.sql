-- One row per customer and date loaded.
{{ config(
    materialized='incremental', incremental_strategy='merge', unique_key=['customer_id', 'as_of_date'],
    post_hook="{{ delete_unknown_customers() }}"
) }}

with

days as (select * from {{ ref('int_customer_days') }}),

accounts as (select * from {{ ref('int_customer_accounts_by_day') }}),

contracts as (select * from {{ ref('int_customer_contracts_by_day') }}),

joined as (
    select
        days.customer_id,
        days.as_of_date,
        coalesce(accounts.cash_amount, 0) as cash_amount,
        coalesce(accounts.deposit_amount, 0) as deposit_amount,
        coalesce(accounts.investment_amount, 0) as investment_amount,
        coalesce(contracts.insurance_cash_value_amount, 0) as insurance_cash_value_amount,
        coalesce(accounts.overdraft_amount, 0) as overdraft_amount,
        coalesce(accounts.card_debt_amount, 0) as card_debt_amount,
        coalesce(contracts.loan_amount, 0) as loan_amount,
        coalesce(accounts.inflow_amount, 0) as inflow_amount,
        coalesce(accounts.outflow_amount, 0) as outflow_amount,
        coalesce(accounts.credit_count, 0) as credit_count,
        coalesce(accounts.debit_count, 0) as debit_count,
        coalesce(accounts.accounts_count, 0) as accounts_count
    from days
    left join accounts on accounts.customer_id = days.customer_id and accounts.as_of_date = days.as_of_date
    left join contracts on contracts.customer_id = days.customer_id and contracts.as_of_date = days.as_of_date
),

totalled as (
    select
        *,
        cash_amount + deposit_amount + investment_amount + insurance_cash_value_amount as total_asset_amount,
        overdraft_amount + card_debt_amount + loan_amount as total_liability_amount
    from joined
),

final as (
    select
        customer_id,
        '{{ var("base_currency") }}' as base_currency_code,
        cash_amount,
        deposit_amount,
        investment_amount,
        insurance_cash_value_amount,
        {{ money("total_asset_amount") }} as total_asset_amount,
        overdraft_amount,
        card_debt_amount,
        loan_amount,
        {{ money("total_liability_amount") }} as total_liability_amount,
        {{ money("total_asset_amount - total_liability_amount") }} as net_worth_amount,
        inflow_amount,
        outflow_amount,
        {{ money("inflow_amount - outflow_amount") }} as net_flow_amount,
        credit_count,
        debit_count,
        accounts_count,
        as_of_date,
        {{ business_date() }} as _changed_date
    from totalled
)

select * from final
