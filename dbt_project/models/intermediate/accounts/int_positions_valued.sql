-- One row per account, instrument and date that this run writes anew: what is held, at the last price.
-- A custodian states everything that it keeps, so its last statement on or before the date is what is held.
with

positions as (select * from {{ ref('stg_silver__positions') }}),

days as (select * from {{ ref('int_account_days') }}),

prices as (select * from {{ ref('int_prices_as_of') }}),

rates as (select * from {{ ref('int_fx_rates_daily') }}),

statements as (
    select
        positions.source_system,
        dates.as_of_date,
        max(positions.position_date) as position_date
    from (select distinct source_system, position_date from positions) as positions
    inner join (select distinct as_of_date from days) as dates on dates.as_of_date >= positions.position_date
    group by positions.source_system, dates.as_of_date
),

held as (
    select
        positions.account_id,
        positions.instrument_id,
        positions.source_system,
        positions.quantity,
        positions.cost_amount,
        positions.market_value_amount as stated_amount,
        positions.currency_code as position_currency_code,
        positions.position_date,
        days.as_of_date
    from positions
    inner join statements
        on
            statements.source_system = positions.source_system
            and statements.position_date = positions.position_date
    inner join days on days.account_id = positions.account_id and days.as_of_date = statements.as_of_date
    where positions.quantity <> 0
),

valued as (
    select
        held.*,
        prices.price_date,
        prices.price_amount,
        prices.price_amount is not null as is_priced,
        coalesce(prices.currency_code, held.position_currency_code) as currency_code,
        {{ money(
            "coalesce(cast(held.quantity as decimal(20, 8)) * cast(prices.price_amount as decimal(17, 8)), "
            "held.stated_amount, 0)"
        ) }} as market_value_amount
    from held
    left join prices on prices.instrument_id = held.instrument_id and prices.as_of_date = held.as_of_date
),

final as (
    select
        valued.account_id,
        valued.instrument_id,
        valued.source_system,
        valued.currency_code,
        valued.quantity,
        valued.price_amount,
        valued.market_value_amount,
        {{ in_base("valued.market_value_amount", rate_of("valued.currency_code", "value_rates")) }}
            as base_market_value_amount,
        {{ in_base("valued.cost_amount", rate_of("valued.position_currency_code", "cost_rates")) }} as base_cost_amount,
        valued.is_priced,
        valued.price_date,
        valued.position_date,
        valued.as_of_date
    from valued
    left join rates as value_rates
        on value_rates.currency_code = valued.currency_code and value_rates.rate_date = valued.as_of_date
    left join rates as cost_rates
        on cost_rates.currency_code = valued.position_currency_code and cost_rates.rate_date = valued.as_of_date
)

select * from final
