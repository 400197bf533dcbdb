-- One row per customer with a card, loan or policy: which, how many and what comes next.
with

cards as (select * from {{ ref('int_card_holders') }} where customer_id is not null),

borrowers as (select * from {{ ref('int_loan_borrowers') }} where is_current),

policies as (select * from {{ with_customer(ref('stg_silver__policies')) }}),

rates as (select * from {{ ref('int_fx_rates_daily') }} where rate_date = {{ business_date() }}),

contracts as (
    select
        cards.customer_id,
        'card' as kind,
        cards.card_type_code as type_code,
        cards.status_code = 'active' as is_live,
        {{ in_base("cards.credit_limit_amount", rate_of("cards.currency_code", "rates")) }} as size_amount,
        null as payment_amount,
        cards.expiry_date as end_date,
        0 as days_past_due
    from cards
    left join rates on rates.currency_code = cards.currency_code
    union all
    select
        borrowers.customer_id,
        'loan' as kind,
        borrowers.loan_type_code as type_code,
        borrowers.status_code <> 'repaid' as is_live,
        {{ owner_part(in_base("borrowers.principal_amount", rate_of("borrowers.currency_code", "rates"))) }}
            as size_amount,
        {{ owner_part(in_base("borrowers.instalment_amount", rate_of("borrowers.currency_code", "rates"))) }}
            as payment_amount,
        borrowers.maturity_date as end_date,
        coalesce(borrowers.days_past_due, 0) as days_past_due
    from borrowers
    left join rates on rates.currency_code = borrowers.currency_code
    union all
    select
        policies.customer_id,
        'policy' as kind,
        policies.policy_type_code as type_code,
        policies.status_code in ('active', 'claimed') as is_live,
        {{ in_base("policies.insured_amount", rate_of("policies.currency_code", "rates")) }} as size_amount,
        {{ in_base("policies.premium_amount", rate_of("policies.currency_code", "rates")) }} as payment_amount,
        policies.ended_date as end_date,
        0 as days_past_due
    from policies
    left join rates on rates.currency_code = policies.currency_code
),

final as (
    select
        customer_id,
        {{ count_where("kind = 'card' and is_live") }} as active_cards_count,
        {{ count_where("kind = 'card' and is_live and type_code in ('platinum', 'infinite')") }}
            as premium_cards_count,
        {{ money("coalesce(sum(case when kind = 'card' and is_live then size_amount end), 0)") }}
            as card_limit_amount,
        min(case when kind = 'card' and is_live and end_date >= {{ business_date() }} then end_date end)
            as next_card_expiry_date,
        {{ count_where("kind = 'loan' and is_live") }} as running_loans_count,
        {{ count_where("kind = 'loan' and is_live and type_code = 'mortgage'") }} as mortgages_count,
        {{ count_where("kind = 'loan' and is_live and type_code = 'lombard'") }} as lombard_loans_count,
        {{ money("coalesce(sum(case when kind = 'loan' and is_live then size_amount end), 0)") }}
            as loan_principal_amount,
        {{ money("coalesce(sum(case when kind = 'loan' and is_live then payment_amount end), 0)") }}
            as loan_instalment_amount,
        cast(max(case when kind = 'loan' and is_live then days_past_due else 0 end) as bigint) as days_past_due,
        min(case when kind = 'loan' and is_live and end_date >= {{ business_date() }} then end_date end)
            as next_loan_maturity_date,
        {{ count_where("kind = 'policy' and is_live") }} as active_policies_count,
        {{ count_where("kind = 'policy' and is_live and type_code = 'life'") }} as life_policies_count,
        {{ money("coalesce(sum(case when kind = 'policy' and is_live then size_amount end), 0)") }} as insured_amount,
        {{ money("coalesce(sum(case when kind = 'policy' and is_live then payment_amount end), 0)") }}
            as insurance_premium_amount
    from contracts
    where customer_id is not null
    group by customer_id
)

select * from final
