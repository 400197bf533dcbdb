-- Which sources are late, and how many of their rows are in quarantine?
-- Tells: how far today's figures can be trusted, and whom to ask.
select
    source,
    owner_name,
    last_delivery_date,
    due_date,
    is_stale,
    delivered_rows_count,
    quarantined_rows_count
from serving.freshness
where is_stale or quarantined_rows_count > 0
order by is_stale desc, quarantined_rows_count desc, source
limit 10
