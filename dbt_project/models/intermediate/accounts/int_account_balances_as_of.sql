-- One row per account and date that this run writes anew: its last booked balance on or before that date.
-- The date is found first, by numbers alone; only rows of that date are then looked at for amount and currency.
-- depends_on: {{ ref('int_account_restatements') }}
{{ config(materialized='ephemeral') }}

with

balances as (select * from {{ ref('stg_silver__account_balances') }}),

days as (select * from {{ ref('int_account_days') }}),
{% if is_everything_new("account_daily") | trim == "yes" %}
known as (
    select
        account_id,
        balance_date,
        balance_amount,
        currency_code,
        source_system
    from balances
),
{% else %}
starts as (select * from {{ ref('int_account_restatements') }}),

first_start as (select min(from_date) as from_date from starts),

-- what account_daily says of the day before stands: a balance that changed since has moved from_date before it
carried as (
    select
        starts.account_id,
        account_daily.balance_date,
        account_daily.balance_amount,
        account_daily.currency_code
    from starts
    inner join marts.account_daily as account_daily
        on account_daily.account_id = starts.account_id and account_daily.as_of_date = date_sub(starts.from_date, 1)
),

-- new accounts: few, so that they are sent to where the balances are
unknown_before as (
    select starts.account_id
    from starts
    left anti join carried on carried.account_id = starts.account_id
),

known as (
    select
        account_id,
        balance_date,
        balance_amount,
        currency_code,
        '' as source_system
    from carried
    where balance_date is not null
    union all
    select
        account_id,
        balance_date,
        balance_amount,
        currency_code,
        source_system
    from balances
    where balance_date >= (select from_date from first_start)
    union all
    select /*+ broadcast(unknown_before) */
        balances.account_id,
        balances.balance_date,
        balances.balance_amount,
        balances.currency_code,
        balances.source_system
    from balances
    inner join unknown_before on unknown_before.account_id = balances.account_id
    where balances.balance_date < (select from_date from first_start)
),
{% endif %}
last_dates as (
    select
        days.account_id,
        days.as_of_date,
        max(known.balance_date) as balance_date
    from days
    inner join known on known.account_id = days.account_id and known.balance_date <= days.as_of_date
    group by days.account_id, days.as_of_date
)

select
    last_dates.account_id,
    last_dates.as_of_date,
    last_dates.balance_date,
    max_by(known.balance_amount, known.source_system) as balance_amount,
    max_by(known.currency_code, known.source_system) as currency_code
from last_dates
inner join known
    on known.account_id = last_dates.account_id and known.balance_date = last_dates.balance_date
group by last_dates.account_id, last_dates.as_of_date, last_dates.balance_date
