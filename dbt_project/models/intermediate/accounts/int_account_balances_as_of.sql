-- One row per account and date that this run writes anew: its last booked balance on or before that date.
-- The date is found first, by numbers alone; only rows of that date are then looked at for amount and currency.
{{ config(materialized='ephemeral') }}

with

balances as (select * from {{ ref('stg_silver__account_balances') }}),

days as (select * from {{ ref('int_account_days') }}),

last_dates as (
    select
        days.account_id,
        days.as_of_date,
        max(balances.balance_date) as balance_date
    from days
    inner join balances on balances.account_id = days.account_id and balances.balance_date <= days.as_of_date
    group by days.account_id, days.as_of_date
)

select
    last_dates.account_id,
    last_dates.as_of_date,
    last_dates.balance_date,
    max_by(balances.balance_amount, balances.source_system) as balance_amount,
    max_by(balances.currency_code, balances.source_system) as currency_code
from last_dates
inner join balances
    on balances.account_id = last_dates.account_id and balances.balance_date = last_dates.balance_date
group by last_dates.account_id, last_dates.as_of_date, last_dates.balance_date
