-- One row per customer with digital events up to the business date: logins, sessions and devices over the windows.
{% set windows = [7, 30, 90, 365] %}
with

events as (
    select
        customer_id,
        event_type_code,
        channel_code,
        session_id,
        device_code,
        event_at,
        datediff({{ business_date() }}, cast(event_at as date)) as age_days
    from {{ with_customer(ref('stg_silver__events')) }}
    where party_id is not null and cast(event_at as date) <= {{ business_date() }}
),

final as (
    select
        customer_id,
        {% for days in windows %}
        {{ count_where("event_type_code = 'login' and age_days < " ~ days) }} as login_last_{{ days }}_days_count,
        {{ count_where("age_days < " ~ days) }} as event_last_{{ days }}_days_count,
        {% endfor %}
        {{ count_where("channel_code = 'app' and age_days < 90") }} as app_event_last_90_days_count,
        {{ count_where("channel_code = 'web' and age_days < 90") }} as web_event_last_90_days_count,
        {{ count_where("event_type_code = 'error' and age_days < 90") }} as error_event_last_90_days_count,
        {{ count_where("event_type_code = 'search' and age_days < 90") }} as search_event_last_90_days_count,
        {{ count_where("event_type_code = 'application_step' and age_days < 90") }}
            as application_step_last_90_days_count,
        count(distinct case when age_days < 90 then session_id end) as session_last_90_days_count,
        count(distinct case when age_days < 90 then device_code end) as device_last_90_days_count,
        max(case when event_type_code = 'login' then event_at end) as last_login_at,
        max(event_at) as last_event_at
    from events
    group by customer_id
)

select * from final
