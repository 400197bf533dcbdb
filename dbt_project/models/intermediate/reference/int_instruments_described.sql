-- One row per instrument: the first of its descriptions in order of source system.
{{ config(materialized='ephemeral') }}

select * except (place)
from (
    select
        *,
        row_number() over (partition by instrument_id order by source_system) as place
    from {{ ref('stg_silver__instruments') }}
)
where place = 1
