-- How large is the book of each adviser, and how many of its customers had no contact for 90 days?
-- Tells: who carries too much, and where relationships cool down.
select
    advisers.adviser_id,
    advisers.adviser_name,
    count(*) as customers_count,
    sum(customer_360.total_asset_amount) as total_asset_amount,
    sum(customer_360.net_flow_last_90_days_amount) as net_flow_last_90_days_amount,
    count(case when customer_360.interaction_last_90_days_count = 0 then 1 end) as customers_without_contact_count
from serving.advisers as advisers
inner join serving.customer_360 as customer_360 on customer_360.adviser_id = advisers.adviser_id
group by advisers.adviser_id, advisers.adviser_name
order by total_asset_amount desc, advisers.adviser_id
limit 10
