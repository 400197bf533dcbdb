-- One row per customer: how total assets changed over each window; NULL where nothing that old is loaded.
{% set windows = [7, 30, 90, 365] %}
with

daily as (select * from {{ ref('customer_daily') }} where as_of_date <= {{ business_date() }})

select
    {% for days in windows %}
    {{ money(
        "max(case when as_of_date = " ~ business_date() ~ " then total_asset_amount end) - "
        "max(case when as_of_date = date_sub(" ~ business_date() ~ ", " ~ days ~ ") then total_asset_amount end)"
    ) }} as total_asset_change_last_{{ days }}_days_amount,
    {% endfor %}
    customer_id
from daily
group by customer_id
