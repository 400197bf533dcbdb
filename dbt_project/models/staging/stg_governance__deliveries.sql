-- One row per delivery: its latest state.
select
    delivery_id,
    source,
    source_system,
    delivery_date,
    state,
    delivered_rows,
    stored_rows,
    quarantined_rows,
    is_late
from (
    select
        *,
        row_number() over (partition by delivery_id order by change_number desc, recorded_at desc) as place
    from {{ source('governance', 'deliveries') }}
)
where place = 1
