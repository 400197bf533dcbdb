-- How are assets and net worth spread over the segments?
-- Tells: where the bank's wealth sits, and how much of it is cash that could be advised.
select
    coalesce(segment_code, 'unknown') as segment_code,
    count(*) as customers_count,
    sum(total_asset_amount) as total_asset_amount,
    sum(net_worth_amount) as net_worth_amount,
    cast(try_divide(sum(cash_amount + deposit_amount), sum(total_asset_amount)) as decimal(10, 4)) as cash_share_rate
from serving.customer_360
group by coalesce(segment_code, 'unknown')
order by total_asset_amount desc, segment_code
