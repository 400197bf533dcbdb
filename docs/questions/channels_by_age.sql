-- Which channels do customers of each age use?
-- Tells: who lives in the app and who comes to the branch.
with

customers as (
    select
        login_last_30_days_count,
        branch_interaction_last_365_days_count,
        phone_interaction_last_365_days_count,
        case
            when age_years is null then 'unknown'
            when age_years < 30 then 'under 30'
            when age_years < 50 then '30 to 49'
            when age_years < 70 then '50 to 69'
            else '70 and over'
        end as age_group
    from serving.customer_360
)

select
    age_group,
    count(*) as customers_count,
    sum(login_last_30_days_count) as login_last_30_days_count,
    sum(branch_interaction_last_365_days_count) as branch_interaction_last_365_days_count,
    sum(phone_interaction_last_365_days_count) as phone_interaction_last_365_days_count
from customers
group by age_group
order by age_group
