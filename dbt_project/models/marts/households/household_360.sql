-- One row per household with a customer: what its members have, owe and move, who looks after them, at which risk.
-- A customer is counted in one household, and holds only the own part of a joint account: nothing is counted twice.
{% set amounts = [
    'total_asset_amount', 'cash_amount', 'deposit_amount', 'investment_amount', 'insurance_cash_value_amount',
    'total_liability_amount', 'loan_amount', 'net_worth_amount', 'annual_income_amount', 'inflow_last_30_days_amount',
    'outflow_last_30_days_amount', 'inflow_last_90_days_amount', 'outflow_last_90_days_amount',
    'inflow_last_365_days_amount', 'outflow_last_365_days_amount',
] %}
{% set risks = ['conservative', 'cautious', 'balanced', 'growth', 'aggressive'] %}
{% set segments = ['retail', 'affluent', 'private', 'ultra'] %}
with

households as (select * from {{ ref('stg_identity__households') }}),

members as (select * from {{ ref('stg_identity__household_members') }} where is_primary_household),

customers as (
    select
        *,
        {{ rank_in(risks, "risk_profile_code") }} as risk_rank,
        {{ rank_in(segments, "segment_code") }} as segment_rank,
        row_number() over (partition by household_id order by total_asset_amount desc, customer_id asc) as place
    from {{ ref('customer_360') }}
),

totals as (
    select
        household_id,
        max(case when place = 1 then customer_id end) as wealthiest_customer_id,
        max(case when place = 1 then adviser_id end) as adviser_id,
        count(*) as customers_count,
        count(distinct adviser_id) as advisers_count,
        cast(sum(open_complaints_count) as bigint) as open_complaints_count,
        {% for amount in amounts %}
        {{ money("sum(coalesce(" ~ amount ~ ", 0))") }} as {{ amount }},
        {% endfor %}
        min(risk_rank) as lowest_risk_rank,
        max(risk_rank) as highest_risk_rank,
        max(segment_rank) as segment_rank,
        max(case when is_pep_declared then 1 else 0 end) = 1 as has_pep_declared,
        max(case when is_kyc_overdue then 1 else 0 end) = 1 as has_kyc_overdue,
        max(last_interaction_at) as last_interaction_at
    from customers
    group by household_id
),

people as (
    select
        household_id,
        count(*) as members_count
    from members
    group by household_id
),

final as (
    select
        totals.household_id,
        households.head_customer_id,
        totals.wealthiest_customer_id,
        totals.adviser_id,
        households.kind as household_kind_code,
        {{ name_of_rank(segments, "totals.segment_rank") }} as segment_code,
        {{ name_of_rank(risks, "totals.lowest_risk_rank") }} as lowest_risk_profile_code,
        {{ name_of_rank(risks, "totals.highest_risk_rank") }} as highest_risk_profile_code,
        '{{ var("base_currency") }}' as base_currency_code,
        people.members_count,
        totals.customers_count,
        totals.advisers_count,
        totals.open_complaints_count,
        {% for amount in amounts %}
        totals.{{ amount }},
        {% endfor %}
        totals.has_pep_declared,
        totals.has_kyc_overdue,
        {{ business_date() }} as as_of_date,
        totals.last_interaction_at
    from totals
    inner join people on people.household_id = totals.household_id
    left join households on households.household_id = totals.household_id
)

select * from final
