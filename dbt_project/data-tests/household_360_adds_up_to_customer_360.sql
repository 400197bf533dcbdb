-- Every customer but an organisation is counted in one household: customers and their money add up to the same
-- over both marts.
with

households as (
    select
        sum(customers_count) as customers_count,
        sum(total_asset_amount) as total_asset_amount,
        sum(net_worth_amount) as net_worth_amount
    from {{ ref('household_360') }}
),

customers as (
    select
        count(household_id) as customers_count,
        count(*)
        - count(case when household_id is not null or party_type = 'organisation' then 1 end) as homeless_count,
        sum(case when household_id is not null then total_asset_amount end) as total_asset_amount,
        sum(case when household_id is not null then net_worth_amount end) as net_worth_amount
    from {{ ref('customer_360') }}
)

select
    households.*,
    customers.homeless_count
from households
cross join customers
where customers.homeless_count > 0 or not coalesce(
    households.customers_count = customers.customers_count
    and households.total_asset_amount = customers.total_asset_amount
    and households.net_worth_amount = customers.net_worth_amount,
    customers.customers_count = 0
)
