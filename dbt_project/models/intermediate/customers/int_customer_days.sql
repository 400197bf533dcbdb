-- One row per customer and date that this run writes anew: the earliest of accounts, loans and policies; every date of
-- a customer whom a record joined after the founding, or left.
with

customers as (select customer_id from {{ ref('int_customers_known') }}),

restatements as (select * from {{ ref('int_account_restatements') }}),

owners as (select * from {{ ref('int_account_owners') }}),

contracts as (
    select min(valid_from) as changed_date
    from {{ ref('stg_silver__loans_history') }}
    where _changed_date >= {{ business_date() }}
    union all
    select min(valid_from) as changed_date
    from {{ ref('stg_silver__policies_history') }}
    where _changed_date >= {{ business_date() }}
),

moved as (select customer_id from {{ ref('stg_identity__customer_ids') }} where moved_date >= {{ business_date() }}),

accounts_by_customer as (
    select
        owners.customer_id,
        min(restatements.from_date) as from_date
    from owners
    inner join restatements on restatements.account_id = owners.account_id
    group by owners.customer_id
),

starts as (
    select
        customers.customer_id,
        greatest({{ first_loaded_date() }}, least(
            {{ first_new_date() }}, accounts_by_customer.from_date, changes.changed_date,
            case when moved.customer_id is not null then {{ first_loaded_date() }} end
        )) as from_date
    from customers
    left join accounts_by_customer on accounts_by_customer.customer_id = customers.customer_id
    left join moved on moved.customer_id = customers.customer_id
    cross join (select min(changed_date) as changed_date from contracts) as changes
)

select
    customer_id,
    cast(as_of_date as date) as as_of_date
from (
    select
        customer_id,
        explode(sequence(from_date, {{ business_date() }}, interval 1 day)) as as_of_date
    from starts
)
