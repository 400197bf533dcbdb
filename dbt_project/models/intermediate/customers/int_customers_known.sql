-- One row per customer: a person or organisation whom the CRM keeps as a customer, in one record or several.
-- The primary record speaks for a customer; where there are several, the golden value of an attribute comes first.
{% set golden = {
    'party_type': 'string', 'full_name_token': 'string', 'given_name_token': 'string', 'family_name_token': 'string',
    'name_script': 'string', 'birth_date': 'date', 'gender_code': 'string', 'marital_status_code': 'string',
    'dependants_count': 'bigint', 'education_code': 'string', 'occupation_code': 'string', 'industry_code': 'string',
    'nationality_code': 'string', 'residence_country_code': 'string', 'residence_region': 'string',
    'residence_city': 'string', 'tax_country_code': 'string', 'legal_form_code': 'string',
    'annual_income_amount': 'decimal(20, 4)', 'income_currency_code': 'string',
    'declared_wealth_amount': 'decimal(20, 4)', 'wealth_source_code': 'string', 'segment_code': 'string',
    'risk_profile_code': 'string', 'risk_assessed_date': 'date', 'kyc_status_code': 'string',
    'kyc_reviewed_date': 'date', 'is_pep_declared': 'boolean', 'preferred_language_code': 'string',
    'preferred_channel_code': 'string', 'adviser_id': 'string', 'branch_id': 'string',
    'relationship_started_date': 'date', 'relationship_ended_date': 'date', 'relationship_status_code': 'string',
} %}
with

parties as (select * from {{ ref('stg_silver__parties') }}),

records as (select * from {{ ref('stg_identity__customer_records') }}),

attributes as (select * from {{ ref('stg_identity__golden_attributes') }}),

ranked as (
    select
        records.customer_id,
        parties.source_system,
        parties.party_id,
        parties.party_role = 'customer' and parties.source_system = 'crm' as is_customer,
        count(*) over (partition by records.customer_id) as records_count,
        row_number() over (
            partition by records.customer_id
            order by
                case when parties.party_role = 'customer' and parties.source_system = 'crm' then 0 else 1 end,
                case when records.is_primary then 0 else 1 end,
                records.record_key
        ) as place
    from parties
    inner join records on records.source_system = parties.source_system and records.party_id = parties.party_id
),

profiles as (
    select
        parties.*,
        ranked.customer_id,
        ranked.records_count
    from ranked
    inner join parties on parties.source_system = ranked.source_system and parties.party_id = ranked.party_id
    where ranked.place = 1 and ranked.is_customer
),

golden as (
    select
        {% for name, type in golden.items() %}
        {{ golden_value(name, type) }} as {{ name }},
        {% endfor %}
        attributes.customer_id
    from attributes
    inner join profiles on profiles.customer_id = attributes.customer_id
    where profiles.records_count > 1
    group by attributes.customer_id
)

select
    profiles.customer_id,
    profiles.party_id,
    {% for name in golden %}
    coalesce(golden.{{ name }}, profiles.{{ name }}) as {{ name }},
    {% endfor %}
    profiles.records_count
from profiles
left join golden on golden.customer_id = profiles.customer_id
