-- One row per loan, period and borrower: the borrower named, or else each owner of the account it is paid from.
{{ config(materialized='ephemeral') }}

with

loans as (select * from {{ with_customer(ref('stg_silver__loans_history')) }} where not is_deleted),

owners as (select * from {{ ref('int_account_owners') }})

select
    loans.* except (customer_id),
    coalesce(loans.customer_id, owners.customer_id) as customer_id,
    case when loans.party_id is null then owners.share_from_rate else 0 end as share_from_rate,
    case when loans.party_id is null then owners.share_to_rate else 1 end as share_to_rate,
    case
        when loans.status_code = 'repaid' then 0
        else coalesce(loans.outstanding_amount, loans.principal_amount)
    end as owed_amount
from loans
left join owners on owners.account_id = loans.account_id and loans.party_id is null
