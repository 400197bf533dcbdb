-- One row per card: its holder is the party named, or else the one whose right over an account it was issued under.
{{ config(materialized='ephemeral') }}

with

cards as (select * from {{ ref('stg_silver__cards') }}),

parties as (select * from {{ ref('int_customer_parties') }}),

rights as (
    select
        source_system,
        account_right_id,
        min(party_id) as party_id
    from {{ ref('stg_silver__account_parties') }}
    where account_right_id is not null
    group by source_system, account_right_id
)

select
    cards.*,
    coalesce(parties.customer_id, cards.party_id, rights.party_id) as customer_id
from cards
left join rights
    on rights.source_system = cards.source_system and rights.account_right_id = cards.account_right_id
left join parties on parties.party_id = coalesce(cards.party_id, rights.party_id)
