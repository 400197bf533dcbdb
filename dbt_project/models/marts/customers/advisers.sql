-- One row per adviser.
with

advisers as (select * from {{ ref('int_advisers_described') }}),

customers as (select * from {{ ref('int_customers_known') }}),

customers_by_adviser as (
    select
        adviser_id,
        count(*) as customers_count
    from customers
    where adviser_id is not null
    group by adviser_id
),

final as (
    select
        advisers.adviser_id,
        advisers.branch_id,
        advisers.adviser_name,
        advisers.team_code,
        advisers.grade_code,
        advisers.languages,
        coalesce(customers_by_adviser.customers_count, 0) as customers_count,
        advisers.is_certified,
        coalesce(advisers.left_date > {{ business_date() }}, true) as is_employed,
        advisers.hired_date,
        advisers.left_date
    from advisers
    left join customers_by_adviser on customers_by_adviser.adviser_id = advisers.adviser_id
)

select * from final
