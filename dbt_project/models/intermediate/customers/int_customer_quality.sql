-- One row per customer: how much is known, and how old what is known may be.
{% set facts = [
    'birth_date', 'gender_code', 'marital_status_code', 'occupation_code', 'nationality_code',
    'residence_country_code', 'tax_country_code', 'annual_income_amount', 'wealth_source_code', 'risk_profile_code',
    'kyc_status_code', 'preferred_channel_code',
] %}
with

customers as (select * from {{ ref('customers') }}),

accounts as (select * from {{ ref('int_customer_accounts') }}),

holdings as (select * from {{ ref('int_customer_holdings') }}),

activity as (
    select
        customer_id,
        max(last_date) as last_activity_date
    from (
        select customer_id, last_transaction_date as last_date from {{ ref('int_customer_flows') }}
        union all
        select customer_id, last_trade_date as last_date from {{ ref('int_customer_trades') }}
        union all
        select customer_id, cast(last_login_at as date) as last_date from {{ ref('int_customer_digital') }}
        union all
        select customer_id, cast(last_interaction_at as date) as last_date
        from {{ ref('int_customer_interactions') }}
    )
    group by customer_id
),

final as (
    select
        customers.customer_id,
        cast(try_divide(
            {% for fact in facts %}
            case when customers.{{ fact }} is null then 0 else 1 end{{ " +" if not loop.last }}
            {% endfor %},
            cast({{ facts | length }} as decimal(20, 10))
        ) as decimal(20, 10)) as profile_completeness_rate,
        coalesce(customers.kyc_status_code in ('overdue', 'blocked'), false) as is_kyc_overdue,
        coalesce(activity.last_activity_date > date_sub({{ business_date() }}, 90), false) as is_active_last_90_days,
        coalesce(holdings.unpriced_holdings_count > 0, false) as has_unpriced_holding,
        accounts.last_balance_date <= date_sub({{ business_date() }}, 7) as has_balance_older_than_7_days
    from customers
    left join accounts on accounts.customer_id = customers.customer_id
    left join holdings on holdings.customer_id = customers.customer_id
    left join activity on activity.customer_id = customers.customer_id
)

select * from final
