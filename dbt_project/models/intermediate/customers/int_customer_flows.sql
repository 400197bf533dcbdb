-- One row per customer with postings: the customer's part of the flows of all accounts.
{% set windows = [7, 30, 90, 365] %}
{% set amounts = [] %}
{% for days in windows %}
{% for name in ['inflow', 'outflow', 'card_spending', 'cash_withdrawal', 'fee', 'salary'] %}
{% do amounts.append(name ~ '_last_' ~ days ~ '_days') %}
{% endfor %}
{% endfor %}
{% for name in [
    'pension', 'dividend', 'interest', 'tax', 'insurance_premium', 'loan_payment', 'standing_order', 'direct_debit',
] %}
{% do amounts.append(name ~ '_last_365_days') %}
{% endfor %}
{% set counts = [] %}
{% for days in windows %}
{% do counts.append('credit_last_' ~ days ~ '_days_count') %}
{% do counts.append('debit_last_' ~ days ~ '_days_count') %}
{% endfor %}
{% for channel in ['app', 'web', 'branch', 'atm', 'pos', 'phone', 'known_country'] %}
{% do counts.append(channel ~ '_transaction_last_90_days_count') %}
{% endfor %}
with

flows as (select * from {{ ref('int_account_flows') }}),

owners as (select * from {{ ref('int_account_owners') }} where is_customer)

select
    owners.customer_id,
    {% for amount in amounts %}
    {{ money_of_units("sum(" ~ owner_part_of_units("flows." ~ amount ~ "_units") ~ ")") }} as {{ amount }}_amount,
    {% endfor %}
    {% for count in counts %}
    sum(flows.{{ count }}) as {{ count }},
    {% endfor %}
    {{ money_of_units("max(flows.largest_inflow_units)") }} as largest_inflow_last_90_days_amount,
    {{ money_of_units("max(flows.largest_outflow_units)") }} as largest_outflow_last_90_days_amount,
    max(flows.last_salary_date) as last_salary_date,
    max(flows.last_card_payment_date) as last_card_payment_date,
    max(flows.last_transaction_date) as last_transaction_date,
    min(flows.first_transaction_date) as first_transaction_date
from flows
inner join owners on owners.account_id = flows.account_id
group by owners.customer_id
