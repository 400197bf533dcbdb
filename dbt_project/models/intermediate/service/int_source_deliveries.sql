-- One row per declared source: what it delivered last up to the business date, and what was due.
{{ config(materialized='ephemeral') }}

with

declared as (select * from {{ ref('stg_catalog__sources') }}),

freshness as (select * from {{ ref('stg_governance__source_freshness') }} where business_date = {{ business_date() }}),

deliveries as (
    select
        source,
        max(delivery_date) as last_delivery_date,
        count(*) as deliveries_count,
        coalesce(sum(delivered_rows), 0) as delivered_rows_count,
        coalesce(sum(quarantined_rows), 0) as quarantined_rows_count,
        count(case when is_late then 1 end) as late_deliveries_count
    from {{ ref('stg_governance__deliveries') }}
    where state = 'accepted' and delivery_date <= {{ business_date() }}
    group by source
)

select
    declared.source,
    declared.source_system,
    declared.owner_name,
    declared.is_required,
    freshness.reason as stale_reason,
    coalesce(deliveries.deliveries_count, 0) as deliveries_count,
    coalesce(deliveries.late_deliveries_count, 0) as late_deliveries_count,
    coalesce(deliveries.delivered_rows_count, 0) as delivered_rows_count,
    coalesce(deliveries.quarantined_rows_count, 0) as quarantined_rows_count,
    coalesce(
        freshness.is_stale,
        deliveries.last_delivery_date is null
        or datediff({{ business_date() }}, deliveries.last_delivery_date) > declared.maximum_age_days,
        false
    ) as is_stale,
    coalesce(freshness.last_delivery_date, deliveries.last_delivery_date) as last_delivery_date,
    freshness.due_date
from declared
left join freshness on freshness.source = declared.source
left join deliveries on deliveries.source = declared.source
