-- Which customers take their money away?
-- Tells: outflows that are large for what a customer has, together with open complaints: a sign of leaving.
select
    customer_id,
    segment_code,
    total_asset_amount,
    net_flow_last_30_days_amount,
    open_complaints_count,
    last_login_at
from serving.customer_360
where net_flow_last_30_days_amount < 0 and - net_flow_last_30_days_amount > total_asset_amount / 10
order by net_flow_last_30_days_amount, customer_id
limit 10
