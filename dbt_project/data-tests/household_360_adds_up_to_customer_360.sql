-- Every customer is counted in one household: customers and their money add up to the same over both marts.
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
        count(*) as customers_count,
        sum(total_asset_amount) as total_asset_amount,
        sum(net_worth_amount) as net_worth_amount
    from {{ ref('customer_360') }}
)

select households.*
from households
cross join customers
where not coalesce(
    households.customers_count = customers.customers_count
    and households.total_asset_amount = customers.total_asset_amount
    and households.net_worth_amount = customers.net_worth_amount,
    customers.customers_count = 0
)
