-- One row per currency.
with

currencies as (select * from {{ ref('int_currencies_known') }}),

rates as (select * from {{ ref('int_fx_rates_daily') }} where rate_date = {{ business_date() }}),

final as (
    select
        currencies.currency_code,
        currencies.currency_name,
        '{{ var("base_currency") }}' as base_currency_code,
        currencies.minor_units_count,
        cast({{ rate_of("currencies.currency_code", "rates") }} as decimal(20, 10)) as rate,
        currencies.currency_code = '{{ var("base_currency") }}' as is_base_currency,
        rates.fixing_date
    from currencies
    left join rates on rates.currency_code = currencies.currency_code
)

select * from final
