-- One row per account with postings up to the business date: flows and behaviour over the windows before it.
-- Amounts are ten-thousandths of the base currency here.
{% set windows = [7, 30, 90, 365] %}
{% set kinds = [
    ('card_spending', 'card_payment'), ('cash_withdrawal', 'cash_withdrawal'), ('fee', 'fee'), ('salary', 'salary'),
] %}
{% set yearly_kinds = [
    'pension', 'dividend', 'interest', 'tax', 'insurance_premium', 'loan_payment', 'standing_order', 'direct_debit',
] %}
{% set channels = ['app', 'web', 'branch', 'atm', 'pos', 'phone'] %}
with

transactions as (
    select
        account_id,
        transaction_type_code,
        channel_code,
        counterparty_country_code,
        merchant_category_code,
        posted_date,
        direction_code = 'credit' as is_credit,
        datediff({{ business_date() }}, posted_date) as age_days,
        {{ as_units("base_amount") }} as units
    from {{ ref('transactions') }}
    where posted_date <= {{ business_date() }}
),

final as (
    select
        account_id,
        {% for days in windows %}
        {{ units_where("units", "is_credit and age_days < " ~ days) }} as inflow_last_{{ days }}_days_units,
        {{ units_where("units", "not is_credit and age_days < " ~ days) }} as outflow_last_{{ days }}_days_units,
        {{ count_where("is_credit and age_days < " ~ days) }} as credit_last_{{ days }}_days_count,
        {{ count_where("not is_credit and age_days < " ~ days) }} as debit_last_{{ days }}_days_count,
        {% for name, code in kinds %}
        {{ units_where("units", "transaction_type_code = '" ~ code ~ "' and age_days < " ~ days) }}
            as {{ name }}_last_{{ days }}_days_units,
        {% endfor %}
        {% endfor %}
        {% for code in yearly_kinds %}
        {{ units_where("units", "transaction_type_code = '" ~ code ~ "' and age_days < 365") }}
            as {{ code }}_last_365_days_units,
        {% endfor %}
        {% for channel in channels %}
        {{ count_where("channel_code = '" ~ channel ~ "' and age_days < 90") }}
            as {{ channel }}_transaction_last_90_days_count,
        {% endfor %}
        {{ count_where("counterparty_country_code is not null and age_days < 90") }}
            as known_country_transaction_last_90_days_count,
        max(case when is_credit and age_days < 90 then units end) as largest_inflow_units,
        max(case when not is_credit and age_days < 90 then units end) as largest_outflow_units,
        max(case when transaction_type_code = 'salary' then posted_date end) as last_salary_date,
        max(case when transaction_type_code = 'card_payment' then posted_date end) as last_card_payment_date,
        max(posted_date) as last_transaction_date,
        min(posted_date) as first_transaction_date
    from transactions
    group by account_id
)

select * from final
