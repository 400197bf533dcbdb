-- One row per adviser.
{{ config(materialized='ephemeral') }}

select * from {{ ref('stg_silver__advisers') }}
