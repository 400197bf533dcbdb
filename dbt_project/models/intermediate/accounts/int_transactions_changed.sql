-- One row per posting that this run writes: changed itself, or in a currency whose rate of that day changed.
{{ config(materialized='ephemeral') }}

with

postings as (select * from {{ ref('stg_silver__transactions') }})

select *
from postings
where
    {{ is_everything_new('transactions') | trim == 'yes' }}
    or _changed_date >= {{ business_date() }}
    or (
        currency_code <> '{{ var("base_currency") }}'
        and posted_date >= {{ first_changed_date('fx_rates', 'rate_date') }}
    )
