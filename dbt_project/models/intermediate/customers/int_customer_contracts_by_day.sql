-- One row per customer and date that this run writes anew with a loan or a policy: what is owed and what is insured.
with

days as (select distinct as_of_date from {{ ref('int_customer_days') }}),

loans as (select * from {{ ref('int_loan_borrowers') }}),

policies as (select * from {{ with_customer(ref('stg_silver__policies_history')) }} where not is_deleted),

rates as (select * from {{ ref('int_fx_rates_daily') }}),

amounts as (
    select
        loans.customer_id,
        days.as_of_date,
        {{ owner_part(in_base("loans.owed_amount", rate_of("loans.currency_code", "rates"))) }} as loan_amount,
        0 as insurance_cash_value_amount
    from loans
    inner join days
        on
            days.as_of_date >= loans.valid_from
            and days.as_of_date < coalesce(loans.valid_to, date '9999-12-31')
    left join rates on rates.currency_code = loans.currency_code and rates.rate_date = days.as_of_date
    union all
    select
        policies.customer_id,
        days.as_of_date,
        0 as loan_amount,
        {{ in_base("policies.cash_value_amount", rate_of("policies.currency_code", "rates")) }}
            as insurance_cash_value_amount
    from policies
    inner join days
        on
            days.as_of_date >= policies.valid_from
            and days.as_of_date < coalesce(policies.valid_to, date '9999-12-31')
    left join rates on rates.currency_code = policies.currency_code and rates.rate_date = days.as_of_date
    where policies.status_code in ('active', 'claimed')
)

select
    customer_id,
    as_of_date,
    {{ money("sum(loan_amount)") }} as loan_amount,
    {{ money("sum(insurance_cash_value_amount)") }} as insurance_cash_value_amount
from amounts
group by customer_id, as_of_date
