-- One row per customer whom a campaign, loyalty scheme or consent concerns, up to the business date.
with

campaigns as (
    select
        customer_id,
        {{ count_where("contacted_date > date_sub(" ~ business_date() ~ ", 90)") }}
            as campaign_contact_last_90_days_count,
        count(*) as campaign_contacts_count,
        {{ count_where("is_opened") }} as campaign_opened_count,
        {{ count_where("is_clicked") }} as campaign_clicked_count,
        {{ count_where("is_converted") }} as campaign_converted_count,
        max(contacted_date) as last_campaign_contact_date
    from {{ with_customer(ref('stg_silver__campaigns')) }}
    where contacted_date <= {{ business_date() }}
    group by customer_id
),

points as (
    select
        customer_id,
        cast(sum(points) as bigint) as loyalty_points_balance,
        cast(coalesce(sum(case
            when movement_type_code = 'redeem' and movement_date > date_sub({{ business_date() }}, 365)
                then 0 - points
        end), 0) as bigint) as loyalty_points_redeemed_last_365_days,
        max(movement_date) as last_loyalty_movement_date
    from {{ with_customer(ref('stg_silver__loyalty_movements')) }}
    where movement_date <= {{ business_date() }}
    group by customer_id
),

-- of decisions that a customer took under several records the last one counts, a refusal before a consent
latest_decisions as (
    select
        *,
        is_granted and coalesce(expires_date >= {{ business_date() }}, true) as is_live,
        row_number() over (
            partition by customer_id, purpose_code, channel_code order by decided_at desc, is_granted asc
        ) as place
    from {{ with_customer(ref('stg_silver__consents')) }}
    where cast(decided_at as date) <= {{ business_date() }}
),

consents as (
    select
        customer_id,
        {% for purpose in ['marketing', 'profiling', 'data_sharing', 'advice', 'research'] %}
        max(case when purpose_code = '{{ purpose }}' then is_live end) as has_{{ purpose }}_consent,
        {% endfor %}
        {% for channel in ['email', 'phone', 'sms', 'app'] %}
        max(case when purpose_code = 'marketing' and channel_code in ('{{ channel }}', 'any') then is_live end)
            as has_{{ channel }}_marketing_consent,
        {% endfor %}
        max(cast(decided_at as date)) as last_consent_decision_date
    from latest_decisions
    where place = 1
    group by customer_id
),

known as (
    select customer_id from campaigns
    union
    select customer_id from points
    union
    select customer_id from consents
)

select
    known.customer_id,
    campaigns.* except (customer_id),
    points.* except (customer_id),
    consents.* except (customer_id)
from known
left join campaigns on campaigns.customer_id = known.customer_id
left join points on points.customer_id = known.customer_id
left join consents on consents.customer_id = known.customer_id
