-- One row per instrument and date that this run writes anew: its last price on or before that date.
{{ config(materialized='ephemeral') }}

with

prices as (select * from {{ ref('stg_silver__prices') }}),

held as (select distinct instrument_id from {{ ref('stg_silver__positions') }}),

dates as (select distinct as_of_date from {{ ref('int_account_days') }}),

ranked as (
    select
        prices.instrument_id,
        dates.as_of_date,
        prices.price_amount,
        prices.currency_code,
        prices.price_date,
        row_number() over (
            partition by prices.instrument_id, dates.as_of_date
            order by
                prices.price_date desc,
                case prices.price_type_code when 'close' then 1 when 'nav' then 2 when 'fixing' then 3 else 4 end asc,
                prices.source_system asc
        ) as place
    from prices
    inner join held on held.instrument_id = prices.instrument_id
    inner join dates on dates.as_of_date >= prices.price_date
)

select
    instrument_id,
    as_of_date,
    price_amount,
    currency_code,
    price_date
from ranked
where place = 1
