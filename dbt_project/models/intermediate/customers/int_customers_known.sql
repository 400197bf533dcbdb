-- One row per customer: a person or organisation that the CRM keeps as a customer.
{{ config(materialized='ephemeral') }}

select
    party_id as customer_id,
    *
from {{ ref('stg_silver__parties') }}
where source_system = 'crm' and party_role = 'customer'
