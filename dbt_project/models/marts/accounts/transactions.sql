-- One row per posting.
{{ config(
    materialized='incremental', incremental_strategy='merge', unique_key='transaction_id',
    post_hook="{{ delete_removed('transactions', 'transaction_id') }}"
) }}

with

postings as (select * from {{ ref('int_transactions_changed') }}),

rates as (select * from {{ ref('int_fx_rates_daily') }}),

final as (
    select
        postings.transaction_id,
        postings.account_id,
        postings.card_id,
        postings.currency_code,
        postings.direction_code,
        postings.transaction_type_code,
        postings.channel_code,
        postings.purpose_code,
        postings.merchant_category_code,
        postings.counterparty_country_code,
        postings.amount,
        {{ in_base("postings.amount", rate_of("postings.currency_code", "rates")) }} as base_amount,
        postings.posted_date,
        postings.value_date
    from postings
    left join rates on rates.currency_code = postings.currency_code and rates.rate_date = postings.posted_date
)

select * from final
