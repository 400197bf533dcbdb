-- One row per currency and day: units of it for one unit of the base currency, at the last fixing on or before.
-- The last fixing goes on for a year, for postings that are dated ahead.
with

rates as (select * from {{ ref('stg_silver__fx_rates') }}),

fixings as (
    select
        quote_currency_code as currency_code,
        rate_date,
        max(rate) as rate,
        lead(rate_date) over (partition by quote_currency_code order by rate_date) as next_rate_date
    from rates
    where base_currency_code = 'EUR'
    group by quote_currency_code, rate_date
),

every_day as (
    select
        fixings.currency_code,
        fixings.rate,
        fixings.rate_date as fixing_date,
        explode(
            sequence(
                fixings.rate_date,
                coalesce(date_sub(fixings.next_rate_date, 1), greatest(fixings.rate_date, {{ last_rated_date() }})),
                interval 1 day
            )
        ) as rate_date
    from fixings
),
{% if var("base_currency") != "EUR" %}
base_rates as (select rate_date, rate from every_day where currency_code = '{{ var("base_currency") }}'),

converted as (
    select
        every_day.currency_code,
        every_day.fixing_date,
        every_day.rate_date,
        cast(try_divide(every_day.rate, base_rates.rate) as decimal(20, 10)) as rate
    from every_day
    inner join base_rates on base_rates.rate_date = every_day.rate_date
    union all
    select
        'EUR' as currency_code,
        rate_date as fixing_date,
        rate_date,
        cast(try_divide(1, rate) as decimal(20, 10)) as rate
    from base_rates
),
{% else %}
converted as (select currency_code, fixing_date, rate_date, rate from every_day),
{% endif %}
final as (
    select
        currency_code,
        cast(rate as decimal(20, 10)) as rate,
        cast(fixing_date as date) as fixing_date,
        cast(rate_date as date) as rate_date
    from converted
)

select * from final
