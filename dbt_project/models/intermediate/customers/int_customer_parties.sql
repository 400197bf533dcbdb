-- One row per party: the customer that it is a record of.
with

records as (select * from {{ ref('stg_identity__customer_records') }}),

ranked as (
    select
        party_id,
        customer_id,
        row_number() over (
            partition by party_id
            order by case source_system when 'crm' then 0 else 1 end, source_system
        ) as place
    from records
)

select
    party_id,
    customer_id
from ranked
where place = 1
