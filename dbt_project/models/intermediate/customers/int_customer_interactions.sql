-- One row per customer with personal contacts up to the business date: how often, by which channel, how long.
{% set windows = [7, 30, 90, 365] %}
with

interactions as (
    select
        customer_id,
        channel_code,
        direction_code,
        outcome_code,
        started_at,
        duration_seconds,
        wait_seconds,
        datediff({{ business_date() }}, cast(started_at as date)) as age_days
    from {{ with_customer(ref('stg_silver__interactions')) }}
    where party_id is not null and cast(started_at as date) <= {{ business_date() }}
),

final as (
    select
        customer_id,
        {% for days in windows %}
        {{ count_where("age_days < " ~ days) }} as interaction_last_{{ days }}_days_count,
        {% endfor %}
        {% for channel in ['branch', 'phone', 'video', 'chat', 'email', 'event'] %}
        {{ count_where("channel_code = '" ~ channel ~ "' and age_days < 365") }}
            as {{ channel }}_interaction_last_365_days_count,
        {% endfor %}
        {{ count_where("direction_code = 'inbound' and age_days < 365") }} as inbound_interaction_last_365_days_count,
        {{ count_where("outcome_code = 'abandoned' and age_days < 365") }}
            as abandoned_interaction_last_365_days_count,
        coalesce(sum(case when age_days < 365 then duration_seconds end), 0) as interaction_last_365_days_seconds,
        max(case when age_days < 90 then wait_seconds end) as longest_wait_last_90_days_seconds,
        max(started_at) as last_interaction_at
    from interactions
    group by customer_id
)

select * from final
