-- One row per customer with a complaint, a case or an answer to a survey up to the business date.
with

complaints as (
    select
        customer_id,
        'complaint' as kind,
        status_code in ('open', 'in_progress') as is_open,
        severity_code in ('high', 'critical') as is_serious,
        cast(null as decimal(24, 8)) as score,
        cast(null as string) as survey_type_code,
        cast(null as string) as answer_order,
        received_date as happened_date,
        cast(null as bigint) as resolution_hours
    from {{ with_customer(ref('stg_silver__complaints')) }}
),

cases as (
    select
        customer_id,
        'case' as kind,
        status_code in ('open', 'waiting') as is_open,
        coalesce(closed_at, timestamp '{{ var("business_date") }} 23:59:59') > due_at as is_serious,
        cast(null as decimal(24, 8)) as score,
        cast(null as string) as survey_type_code,
        cast(null as string) as answer_order,
        cast(opened_at as date) as happened_date,
        cast(datediff(cast(closed_at as date), cast(opened_at as date)) * 24 as bigint) as resolution_hours
    from {{ with_customer(ref('stg_silver__cases')) }}
),

surveys as (
    select
        customer_id,
        'survey' as kind,
        false as is_open,
        false as is_serious,
        score,
        survey_type_code,
        concat(date_format(responded_at, 'yyyyMMddHHmmss'), response_id) as answer_order,
        cast(responded_at as date) as happened_date,
        cast(null as bigint) as resolution_hours
    from {{ with_customer(ref('stg_silver__surveys')) }}
),

everything as (
    select * from complaints
    union all
    select * from cases
    union all
    select * from surveys
),

aged as (
    select
        *,
        datediff({{ business_date() }}, happened_date) as age_days
    from everything
    where customer_id is not null and happened_date <= {{ business_date() }}
),

final as (
    select
        customer_id,
        {{ count_where("kind = 'complaint' and is_open") }} as open_complaints_count,
        {{ count_where("kind = 'complaint' and is_serious and age_days < 365") }}
            as serious_complaint_last_365_days_count,
        {% for days in [30, 90, 365] %}
        {{ count_where("kind = 'complaint' and age_days < " ~ days) }} as complaint_last_{{ days }}_days_count,
        {{ count_where("kind = 'case' and age_days < " ~ days) }} as case_last_{{ days }}_days_count,
        {% endfor %}
        {{ count_where("kind = 'case' and is_open") }} as open_cases_count,
        {{ count_where("kind = 'case' and is_serious and age_days < 365") }} as overdue_case_last_365_days_count,
        max(case when kind = 'case' and age_days < 365 then resolution_hours end)
            as longest_case_last_365_days_hours,
        {{ count_where("kind = 'survey' and age_days < 365") }} as survey_answer_last_365_days_count,
        cast(max_by(
            case when survey_type_code = 'nps' then score end,
            case when survey_type_code = 'nps' then answer_order end
        ) as bigint) as latest_net_promoter_score,
        {{ count_where("survey_type_code = 'nps' and score <= 6 and age_days < 365") }}
            as detractor_answer_last_365_days_count,
        min(case when survey_type_code in ('csat', 'instant_rating') and age_days < 90 then cast(score as bigint) end)
            as lowest_rating_last_90_days_score,
        max(case when kind = 'complaint' then happened_date end) as last_complaint_date,
        max(case when kind = 'survey' then happened_date end) as last_survey_answer_date
    from aged
    group by customer_id
)

select * from final
