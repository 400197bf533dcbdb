-- One row per account, as silver has it now.
{{ config(materialized='ephemeral') }}

select * from {{ ref('stg_silver__accounts') }}
