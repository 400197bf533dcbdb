-- One row per customer with holdings: investments by asset class, region and risk on the business date.
{% set classes = ['cash', 'equity', 'fixed_income', 'real_estate', 'commodity', 'alternative', 'multi_asset'] %}
with

holdings as (select * from {{ ref('holdings') }}),

owners as (select * from {{ ref('int_account_owners') }} where is_customer),

parts as (
    select
        owners.customer_id,
        holdings.instrument_id,
        holdings.asset_class_code,
        holdings.currency_code,
        holdings.risk_level,
        holdings.is_priced,
        holdings.price_date,
        {{ owner_part("holdings.base_market_value_amount") }} as value_amount,
        {{ owner_part("holdings.base_cost_amount") }} as cost_amount
    from holdings
    inner join owners on owners.account_id = holdings.account_id
),

by_instrument as (
    select
        customer_id,
        instrument_id,
        max(asset_class_code) as asset_class_code,
        max(currency_code) as currency_code,
        max(risk_level) as risk_level,
        min(price_date) as price_date,
        {{ count_where("not is_priced") }} as unpriced_count,
        {{ money("sum(value_amount)") }} as value_amount,
        {{ money("sum(cost_amount)") }} as cost_amount
    from parts
    group by customer_id, instrument_id
),

final as (
    select
        customer_id,
        count(*) as instruments_count,
        {% for class in classes %}
        {{ money("sum(case when asset_class_code = '" ~ class ~ "' then value_amount else 0 end)") }}
            as {{ class }}_investment_amount,
        {% endfor %}
        {{ money("sum(case when asset_class_code is null then value_amount else 0 end)") }}
            as unclassified_investment_amount,
        {{ money("sum(case when currency_code <> '" ~ var("base_currency") ~ "' then value_amount else 0 end)") }}
            as foreign_currency_investment_amount,
        {{ money("sum(case when risk_level >= 5 then value_amount else 0 end)") }} as high_risk_investment_amount,
        {{ money("coalesce(sum(cost_amount), 0)") }} as investment_cost_amount,
        {{ money("sum(case when cost_amount is not null then value_amount - cost_amount else 0 end)") }}
            as unrealised_gain_amount,
        {{ money("max(value_amount)") }} as largest_holding_amount,
        max(risk_level) as highest_risk_level,
        sum(unpriced_count) as unpriced_holdings_count,
        min(price_date) as oldest_price_date
    from by_instrument
    group by customer_id
)

select * from final
