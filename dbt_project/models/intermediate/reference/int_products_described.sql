-- One row per product of the catalogue.
{{ config(materialized='ephemeral') }}

select * from {{ ref('stg_silver__products') }}
