-- One row per posting that this run writes: changed itself, or in a currency whose rate of that day changed.
{{ config(materialized='ephemeral') }}
{% set first_rate_date = first_changed_date('fx_rates', 'rate_date') | trim %}
select *
from {{ ref('stg_silver__transactions') }}
{% if is_everything_new('transactions') | trim != 'yes' %}
where
    _changed_date >= {{ business_date() }}
    {% if first_rate_date %}
    or (currency_code <> '{{ var("base_currency") }}' and posted_date >= {{ first_rate_date }})
    {% endif %}
{% endif %}
