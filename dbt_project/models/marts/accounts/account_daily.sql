-- One row per account and date loaded.
{{ config(
    materialized='incremental', incremental_strategy='merge', unique_key=['account_id', 'as_of_date'],
    post_hook="{{ delete_removed('accounts', 'account_id') }}"
) }}

with

valued as (select * from {{ ref('int_accounts_valued_by_day') }}),

flows as (select * from {{ ref('int_account_flows_by_day') }}),

final as (
    select
        valued.account_id,
        valued.account_type_code,
        valued.currency_code,
        '{{ var("base_currency") }}' as base_currency_code,
        valued.balance_amount,
        valued.base_balance_amount,
        valued.cash_amount,
        valued.deposit_amount,
        valued.investment_amount,
        {{ money("valued.cash_amount + valued.deposit_amount + valued.investment_amount") }} as asset_amount,
        valued.overdraft_amount,
        valued.card_debt_amount,
        coalesce(flows.inflow_amount, 0) as inflow_amount,
        coalesce(flows.outflow_amount, 0) as outflow_amount,
        {{ money("coalesce(flows.inflow_amount, 0) - coalesce(flows.outflow_amount, 0)") }} as net_flow_amount,
        coalesce(flows.credit_count, 0) as credit_count,
        coalesce(flows.debit_count, 0) as debit_count,
        valued.positions_count,
        valued.balance_date,
        valued.as_of_date,
        {{ business_date() }} as _changed_date
    from valued
    left join flows on flows.account_id = valued.account_id and flows.as_of_date = valued.as_of_date
)

select * from final
