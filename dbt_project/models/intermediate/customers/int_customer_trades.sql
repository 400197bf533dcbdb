-- One row per customer with trades up to the business date: the customer's part of what was bought and sold.
{% set windows = [7, 30, 90, 365] %}
with

trades as (select * from {{ ref('stg_silver__trades') }} where trade_date <= {{ business_date() }}),

rates as (select * from {{ ref('int_fx_rates_daily') }}),

owners as (select * from {{ ref('int_account_owners') }} where is_customer),

parts as (
    select
        owners.customer_id,
        trades.side_code,
        trades.is_advised,
        trades.channel_code,
        trades.trade_date,
        datediff({{ business_date() }}, trades.trade_date) as age_days,
        {{ owner_part(in_base("trades.gross_amount", rate_of("trades.currency_code", "rates"))) }} as gross_amount,
        {{ owner_part(in_base("trades.fee_amount", rate_of("trades.currency_code", "rates"))) }} as fee_amount
    from trades
    inner join owners on owners.account_id = trades.account_id
    left join rates on rates.currency_code = trades.currency_code and rates.rate_date = trades.trade_date
),

final as (
    select
        customer_id,
        {% for days in windows %}
        {{ count_where("age_days < " ~ days) }} as trade_last_{{ days }}_days_count,
        {{ money("sum(case when side_code = 'buy' and age_days < " ~ days ~ " then gross_amount else 0 end)") }}
            as bought_last_{{ days }}_days_amount,
        {{ money("sum(case when side_code = 'sell' and age_days < " ~ days ~ " then gross_amount else 0 end)") }}
            as sold_last_{{ days }}_days_amount,
        {% endfor %}
        {{ money("coalesce(sum(case when age_days < 365 then fee_amount end), 0)") }} as trade_fee_last_365_days_amount,
        {{ count_where("is_advised and age_days < 365") }} as advised_trade_last_365_days_count,
        {{ count_where("channel_code = 'app' and age_days < 365") }} as app_trade_last_365_days_count,
        max(trade_date) as last_trade_date
    from parts
    group by customer_id
)

select * from final
