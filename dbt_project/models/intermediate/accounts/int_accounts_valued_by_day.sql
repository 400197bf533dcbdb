-- One row per account and date that this run writes anew: what it is worth, in which kind of asset or debt it counts.
with

days as (select * from {{ ref('int_account_days') }}),

accounts as (select * from {{ ref('stg_silver__accounts') }}),

balances as (select * from {{ ref('int_account_balances_as_of') }}),

rates as (select * from {{ ref('int_fx_rates_daily') }}),

positions as (
    select
        account_id,
        as_of_date,
        count(*) as positions_count,
        {{ money("sum(base_market_value_amount)") }} as base_market_value_amount
    from {{ ref('int_positions_valued') }}
    group by account_id, as_of_date
),

joined as (
    select
        days.account_id,
        days.as_of_date,
        accounts.account_type_code,
        balances.balance_date,
        coalesce(balances.currency_code, accounts.currency_code) as currency_code,
        coalesce(balances.balance_amount, 0) as balance_amount,
        coalesce(positions.positions_count, 0) as positions_count,
        coalesce(positions.base_market_value_amount, 0) as base_market_value_amount,
        coalesce({{ in_base(
            "balances.balance_amount", rate_of("coalesce(balances.currency_code, accounts.currency_code)", "rates")
        ) }}, 0) as base_balance_amount,
        accounts.account_type_code in ('custody', 'fund', 'pension') and positions.positions_count is null
            as is_balance_investment
    from days
    inner join accounts on accounts.account_id = days.account_id
    left join balances on balances.account_id = days.account_id and balances.as_of_date = days.as_of_date
    left join positions on positions.account_id = days.account_id and positions.as_of_date = days.as_of_date
    left join rates
        on
            rates.currency_code = coalesce(balances.currency_code, accounts.currency_code)
            and rates.rate_date = days.as_of_date
),

final as (
    select
        account_id,
        account_type_code,
        currency_code,
        {{ money("balance_amount") }} as balance_amount,
        {{ money("base_balance_amount") }} as base_balance_amount,
        {{ money("case
            when account_type_code = 'term_deposit' or is_balance_investment then 0
            else greatest(base_balance_amount, 0) end") }} as cash_amount,
        {{ money("case when account_type_code = 'term_deposit' then greatest(base_balance_amount, 0) else 0 end") }}
            as deposit_amount,
        {{ money("base_market_value_amount
            + case when is_balance_investment then greatest(base_balance_amount, 0) else 0 end") }}
            as investment_amount,
        {{ money("case when account_type_code = 'credit_card' then 0 else greatest(- base_balance_amount, 0) end") }}
            as overdraft_amount,
        {{ money("case when account_type_code = 'credit_card' then greatest(- base_balance_amount, 0) else 0 end") }}
            as card_debt_amount,
        positions_count,
        balance_date,
        as_of_date
    from joined
)

select * from final
