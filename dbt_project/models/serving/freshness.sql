-- One row per source that this bank takes part in.
with

deliveries as (select * from {{ ref('int_source_deliveries') }}),

final as (
    select
        source,
        source_system,
        owner_name,
        stale_reason,
        deliveries_count,
        late_deliveries_count,
        delivered_rows_count,
        quarantined_rows_count,
        is_required,
        is_stale,
        last_delivery_date,
        due_date,
        {{ business_date() }} as as_of_date
    from deliveries
)

select * from final
