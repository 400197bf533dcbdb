-- One row per source and business date: the last word of the runs of that date on its freshness.
select
    source,
    source_system,
    business_date,
    due_date,
    last_delivery_date,
    is_stale,
    reason
from (
    select
        *,
        row_number() over (partition by source, business_date order by recorded_at desc, run_id desc) as place
    from {{ source('governance', 'source_freshness') }}
)
where place = 1
