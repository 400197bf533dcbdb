-- One row per currency that a code list, an account or a fixing names, with what the code list says.
{{ config(materialized='ephemeral') }}

with

named as (
    select
        code as currency_code,
        max(name) as currency_name,
        cast(max(numeric_value) as int) as minor_units_count
    from {{ ref('stg_silver__reference_codes') }}
    where code_set = 'currency'
    group by code
),

used as (
    select currency_code from named
    union
    select currency_code from {{ ref('stg_silver__accounts') }}
    union
    select currency_code from {{ ref('int_fx_rates_daily') }}
    union
    select '{{ var("base_currency") }}' as currency_code
)

select
    used.currency_code,
    named.currency_name,
    named.minor_units_count
from used
left join named on named.currency_code = used.currency_code
