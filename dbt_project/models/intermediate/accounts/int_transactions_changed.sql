-- One row per posting that this run writes: changed itself, or in a currency whose rate of that day changed.
{{ config(materialized='ephemeral') }}

with

postings as (select * from {{ ref('stg_silver__transactions') }}),

changed_rates as (
    select min(rate_date) as rate_date
    from {{ ref('stg_silver__fx_rates_history') }}
    where _changed_date >= {{ business_date() }}
)

select postings.*
from postings
cross join changed_rates
where
    {{ is_everything_new('transactions') | trim == 'yes' }}
    or postings._changed_date >= {{ business_date() }}
    or (postings.currency_code <> '{{ var("base_currency") }}' and postings.posted_date >= changed_rates.rate_date)
