-- One row per customer with an account: number of accounts by type, money by currency, on the business date.
{% set currencies = ['EUR', 'USD', 'CHF', 'GBP', 'JPY', 'CNY', 'HKD'] %}
with

account_daily as (select * from {{ ref('account_daily') }} where as_of_date = {{ business_date() }}),

accounts as (select * from {{ ref('int_accounts_described') }}),

owners as (select * from {{ ref('int_account_owners') }} where is_customer),

parts as (
    select
        owners.customer_id,
        owners.owners_count,
        accounts.account_type_code,
        accounts.status_code,
        accounts.opened_date,
        accounts.maturity_date,
        account_daily.currency_code,
        account_daily.balance_date,
        {{ owner_part("account_daily.cash_amount + account_daily.deposit_amount") }} as money_amount,
        {{ owner_part("account_daily.cash_amount") }} as cash_amount
    from owners
    inner join accounts on accounts.account_id = owners.account_id
    inner join account_daily on account_daily.account_id = owners.account_id
),

final as (
    select
        customer_id,
        {{ count_where("status_code <> 'closed'") }} as open_accounts_count,
        {% for type in ['current', 'savings', 'term_deposit', 'custody', 'fund', 'pension', 'credit_card'] %}
        {{ count_where("account_type_code = '" ~ type ~ "' and status_code <> 'closed'") }}
            as {{ type }}_accounts_count,
        {% endfor %}
        {{ count_where("owners_count > 1") }} as joint_accounts_count,
        {{ count_where("status_code = 'dormant'") }} as dormant_accounts_count,
        {{ count_where("status_code = 'blocked'") }} as blocked_accounts_count,
        count(distinct currency_code) as account_currencies_count,
        {{ money("sum(case when account_type_code = 'current' then cash_amount else 0 end)") }}
            as current_account_amount,
        {{ money("sum(case when account_type_code = 'savings' then cash_amount else 0 end)") }}
            as savings_account_amount,
        {% for currency in currencies %}
        {{ money("sum(case when currency_code = '" ~ currency ~ "' then money_amount else 0 end)") }}
            as money_in_{{ currency | lower }}_amount,
        {% endfor %}
        {{ money(
            "sum(case when currency_code in ('" ~ currencies | join("', '") ~ "') then 0 else money_amount end)"
        ) }}
            as money_in_other_currencies_amount,
        min(opened_date) as first_account_opened_date,
        max(opened_date) as last_account_opened_date,
        min(case when maturity_date >= {{ business_date() }} then maturity_date end) as next_deposit_maturity_date,
        max(balance_date) as last_balance_date
    from parts
    group by customer_id
)

select * from final
