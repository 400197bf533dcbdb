-- Every customer of the business date has one row with the same totals and parts.
with

daily as (select * from {{ ref('customer_daily') }} where as_of_date = {{ business_date() }}),

profile as (select * from {{ ref('customer_360') }})

select
    profile.customer_id,
    daily.customer_id as daily_customer_id
from profile
full outer join daily on daily.customer_id = profile.customer_id
where not coalesce(
    profile.total_asset_amount = daily.total_asset_amount
    and profile.net_worth_amount = daily.net_worth_amount
    and profile.total_liability_amount = daily.total_liability_amount
    and profile.cash_amount = profile.current_account_amount + profile.savings_account_amount
    + (daily.cash_amount - profile.current_account_amount - profile.savings_account_amount)
    and profile.cash_amount + profile.deposit_amount
    = profile.money_in_eur_amount + profile.money_in_usd_amount + profile.money_in_chf_amount
    + profile.money_in_gbp_amount + profile.money_in_jpy_amount + profile.money_in_cny_amount
    + profile.money_in_hkd_amount + profile.money_in_other_currencies_amount,
    false
)
