-- One row per customer.
with

parties as (select * from {{ ref('int_customers_known') }}),

advisers as (select * from {{ ref('advisers') }}),

households as (select * from {{ ref('stg_identity__household_members') }} where is_primary_household),

rates as (select * from {{ ref('int_fx_rates_daily') }} where rate_date = {{ business_date() }}),

final as (
    select
        parties.customer_id,
        parties.adviser_id,
        parties.branch_id,
        households.household_id,
        parties.party_type,
        parties.full_name_token,
        parties.name_script,
        parties.gender_code,
        parties.marital_status_code,
        parties.education_code,
        parties.occupation_code,
        parties.industry_code,
        parties.nationality_code,
        parties.residence_country_code,
        parties.residence_region,
        parties.residence_city,
        parties.tax_country_code,
        parties.legal_form_code,
        parties.wealth_source_code,
        parties.segment_code,
        parties.risk_profile_code,
        parties.kyc_status_code,
        parties.preferred_language_code,
        parties.preferred_channel_code,
        parties.relationship_status_code,
        advisers.adviser_name,
        advisers.team_code as adviser_team_code,
        '{{ var("base_currency") }}' as base_currency_code,
        cast(
            year({{ business_date() }}) - year(parties.birth_date)
            - case
                when
                    month({{ business_date() }}) * 100 + day({{ business_date() }})
                    < month(parties.birth_date) * 100 + day(parties.birth_date)
                    then 1
                else 0
            end as bigint
        ) as age_years,
        cast(parties.records_count as bigint) as records_count,
        cast(parties.dependants_count as bigint) as dependants_count,
        cast(datediff({{ business_date() }}, parties.relationship_started_date) as bigint) as tenure_days,
        {{ in_base("parties.annual_income_amount", rate_of("parties.income_currency_code", "rates")) }}
            as annual_income_amount,
        {{ in_base("parties.declared_wealth_amount", rate_of("parties.income_currency_code", "rates")) }}
            as declared_wealth_amount,
        parties.is_pep_declared,
        parties.birth_date,
        parties.risk_assessed_date,
        parties.kyc_reviewed_date,
        parties.relationship_started_date,
        parties.relationship_ended_date
    from parties
    left join households on households.customer_id = parties.customer_id
    left join advisers on advisers.adviser_id = parties.adviser_id
    left join rates on rates.currency_code = parties.income_currency_code
)

select * from final
