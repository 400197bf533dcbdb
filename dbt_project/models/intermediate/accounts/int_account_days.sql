-- One row per account and date that this run writes anew.
select
    account_id,
    cast(as_of_date as date) as as_of_date
from (
    select
        account_id,
        explode(sequence(from_date, {{ business_date() }}, interval 1 day)) as as_of_date
    from {{ ref('int_account_restatements') }}
)
