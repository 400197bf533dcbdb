-- One row per account and owner, with the owner's stretch of the account from share_from_rate to share_to_rate.
-- Stretches of an account meet without gap and end at 1, so that rounded parts add up to the whole.
with

account_parties as (select * from {{ with_customer(ref('stg_silver__account_parties')) }}),

customers as (select customer_id from {{ ref('int_customers_known') }}),

parties as (
    select
        account_id,
        customer_id,
        party_id,
        min(case role_code when 'owner' then 0 else 1 end) as role_rank,
        max(ownership_share_rate) as stated_rate
    from account_parties
    where
        role_code in ('owner', 'joint_owner')
        and coalesce(started_date, {{ business_date() }}) <= {{ business_date() }}
        and coalesce(ended_date, {{ business_date() }}) >= {{ business_date() }}
    group by account_id, customer_id, party_id
),

-- a customer who owns by several records owns what all of them do
owners as (
    select
        account_id,
        customer_id,
        min(role_rank) as role_rank,
        coalesce(sum(stated_rate), 0) as stated_rate,
        {{ count_where("stated_rate is null") }} as untold_count
    from parties
    group by account_id, customer_id
),

told as (
    select
        *,
        count(*) over (partition by account_id) as owners_count,
        sum(stated_rate) over (partition by account_id) as told_rate,
        sum(untold_count) over (partition by account_id) as all_untold_count
    from owners
),

-- who is told without a share has an equal part of what the others leave
measured as (
    select
        account_id,
        customer_id,
        role_rank,
        owners_count,
        cast(case
            when told_rate > 0 and all_untold_count > 0
                then stated_rate + untold_count * greatest(1 - told_rate, 0) / all_untold_count
            when told_rate > 0 then stated_rate
            when all_untold_count > 0 then untold_count
            else 1
        end as decimal(20, 10)) as weight
    from told
),

stretched as (
    select
        account_id,
        customer_id,
        role_rank,
        owners_count,
        weight,
        cast(sum(weight) over (partition by account_id) as decimal(20, 10)) as total_weight,
        cast(sum(weight) over (
            partition by account_id order by role_rank, customer_id
            rows between unbounded preceding and current row
        ) as decimal(20, 10)) as weight_to
    from measured
),

final as (
    select
        stretched.account_id,
        stretched.customer_id,
        stretched.owners_count,
        cast(try_divide(stretched.weight_to - stretched.weight, stretched.total_weight) as decimal(20, 10))
            as share_from_rate,
        cast(try_divide(stretched.weight_to, stretched.total_weight) as decimal(20, 10)) as share_to_rate,
        cast(try_divide(stretched.weight, stretched.total_weight) as decimal(20, 10)) as share_rate,
        customers.customer_id is not null as is_customer,
        stretched.role_rank = 0 and stretched.weight_to = stretched.weight as is_first_owner
    from stretched
    left join customers on customers.customer_id = stretched.customer_id
)

select * from final
