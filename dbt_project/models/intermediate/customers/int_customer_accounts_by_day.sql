-- One row per customer and date that this run writes anew with an account: the customer's part of all accounts.
{% set amounts = [
    'cash_amount', 'deposit_amount', 'investment_amount', 'overdraft_amount', 'card_debt_amount',
    'inflow_amount', 'outflow_amount',
] %}
with

days as (select * from {{ ref('int_customer_days') }}),

owners as (select * from {{ ref('int_account_owners') }} where is_customer),

account_daily as (select * from {{ ref('account_daily') }}),

first_day as (select min(as_of_date) as first_date from days)

select
    days.customer_id,
    days.as_of_date,
    {% for amount in amounts %}
    {{ money_of_units("sum(" ~ owner_part_of_units(as_units("account_daily." ~ amount)) ~ ")") }} as {{ amount }},
    {% endfor %}
    sum(account_daily.credit_count) as credit_count,
    sum(account_daily.debit_count) as debit_count,
    count(*) as accounts_count
from days
inner join owners on owners.customer_id = days.customer_id
inner join account_daily
    on account_daily.account_id = owners.account_id and account_daily.as_of_date = days.as_of_date
cross join first_day
where account_daily.as_of_date >= first_day.first_date
group by days.customer_id, days.as_of_date
