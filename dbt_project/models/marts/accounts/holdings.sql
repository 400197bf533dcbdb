-- One row per account and instrument held on the business date.
with

positions as (select * from {{ ref('int_positions_valued') }} where as_of_date = {{ business_date() }}),

instruments as (select * from {{ ref('int_instruments_described') }}),

final as (
    select
        positions.account_id,
        positions.instrument_id,
        positions.source_system,
        instruments.instrument_name,
        instruments.instrument_type_code,
        instruments.asset_class_code,
        instruments.country_code,
        instruments.sector,
        positions.currency_code,
        instruments.risk_level,
        positions.quantity,
        positions.price_amount,
        positions.market_value_amount,
        positions.base_market_value_amount,
        positions.base_cost_amount,
        {{ money("positions.base_market_value_amount - positions.base_cost_amount") }} as base_unrealised_gain_amount,
        positions.is_priced,
        positions.price_date,
        positions.position_date,
        positions.as_of_date
    from positions
    left join instruments on instruments.instrument_id = positions.instrument_id
)

select * from final
