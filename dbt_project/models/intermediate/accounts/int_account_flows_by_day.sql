-- One row per account and date that this run writes anew with postings: what came in and went out that day.
{{ config(materialized='ephemeral') }}

with

transactions as (select * from {{ ref('transactions') }}),

days as (select * from {{ ref('int_account_days') }}),

first_day as (select min(as_of_date) as first_date from days),

final as (
    select
        days.account_id,
        days.as_of_date,
        {{ sum_where(as_units("transactions.base_amount"), "transactions.direction_code = 'credit'") }}
            as inflow_amount,
        {{ sum_where(as_units("transactions.base_amount"), "transactions.direction_code = 'debit'") }}
            as outflow_amount,
        {{ count_where("transactions.direction_code = 'credit'") }} as credit_count,
        {{ count_where("transactions.direction_code = 'debit'") }} as debit_count
    from days
    inner join transactions
        on transactions.account_id = days.account_id and transactions.posted_date = days.as_of_date
    cross join first_day
    where transactions.posted_date >= first_day.first_date
    group by days.account_id, days.as_of_date
)

select * from final
