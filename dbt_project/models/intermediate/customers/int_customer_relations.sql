-- One row per customer with contacts, identifiers or relations: how it is reached, proven and related.
with

contacts as (
    select
        customer_id,
        contact_type_code as code,
        'contact' as kind,
        contact_token as other,
        coalesce(is_verified, false) as is_verified,
        cast(null as date) as end_date
    from {{ with_customer(ref('stg_silver__party_contacts')) }}
),

identifiers as (
    select
        customer_id,
        identifier_type_code as code,
        'identifier' as kind,
        identifier_token as other,
        coalesce(is_verified, false) as is_verified,
        expiry_date as end_date
    from {{ with_customer(ref('stg_silver__party_identifiers')) }}
),

parties as (select * from {{ ref('int_customer_parties') }}),

relations as (
    select
        rows.customer_id,
        rows.relation_type_code as code,
        'relation' as kind,
        coalesce(others.customer_id, rows.to_party_id) as other,
        true as is_verified,
        rows.ended_date as end_date
    from {{ with_customer(ref('stg_silver__party_relations'), "from_party_id") }} as rows
    left join parties as others on others.party_id = rows.to_party_id
    where
        coalesce(rows.ended_date >= {{ business_date() }}, true)
        and coalesce(others.customer_id, rows.to_party_id) <> rows.customer_id
),

everything as (
    select * from contacts
    union all
    select * from identifiers
    union all
    select * from relations
),

final as (
    select
        customer_id,
        count(distinct case when kind = 'contact' then other end) as contacts_count,
        {{ count_where("kind = 'contact' and is_verified") }} as verified_contacts_count,
        {{ count_where("kind = 'contact' and code = 'email'") }} > 0 as has_email,
        {{ count_where("kind = 'contact' and code in ('mobile', 'phone')") }} > 0 as has_phone,
        {{ count_where("kind = 'contact' and code = 'postal_address'") }} > 0 as has_postal_address,
        {{ count_where("kind = 'identifier'") }} as identifiers_count,
        {{ count_where("kind = 'identifier' and is_verified") }} as verified_identifiers_count,
        min(case when kind = 'identifier' then end_date end) as next_identifier_expiry_date,
        count(distinct case when kind = 'relation' then other end) as related_parties_count,
        {{ count_where("kind = 'relation' and code = 'spouse'") }} > 0 as has_spouse_relation,
        count(distinct case when kind = 'relation' and code in ('child', 'parent', 'sibling') then other end)
            as family_relations_count,
        count(distinct case when kind = 'relation' and code in ('owner', 'director', 'beneficial_owner') then other end)
            as company_relations_count,
        {{ count_where("kind = 'relation' and code = 'power_of_attorney'") }} > 0 as has_power_of_attorney
    from everything
    group by customer_id
)

select * from final
