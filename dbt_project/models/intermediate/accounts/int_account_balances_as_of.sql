-- One row per account and date that this run writes anew: its last booked balance on or before that date.
{{ config(materialized='ephemeral') }}

with

balances as (select * from {{ ref('stg_silver__account_balances') }}),

days as (select * from {{ ref('int_account_days') }})

select
    days.account_id,
    days.as_of_date,
    max_by(balances.balance_amount, balances.balance_date) as balance_amount,
    max_by(balances.currency_code, balances.balance_date) as currency_code,
    max(balances.balance_date) as balance_date
from days
inner join balances on balances.account_id = days.account_id and balances.balance_date <= days.as_of_date
group by days.account_id, days.as_of_date
