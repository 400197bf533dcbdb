-- Which households hold the most, and who looks after them?
-- Tells: wealth that is spread over several people, and families that more than one adviser serves.
select
    household_id,
    household_kind_code,
    members_count,
    customers_count,
    advisers_count,
    adviser_id,
    total_asset_amount,
    net_worth_amount
from serving.household_360
where members_count > 1
order by total_asset_amount desc, household_id
limit 10
