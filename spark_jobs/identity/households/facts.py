"""What is known on a business date, told of customers instead of parties."""

from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from spark_jobs.identity.engine import query
from spark_jobs.identity.households.rules import Rules
from spark_jobs.identity.households.tables import ACCOUNT_PARTIES, CONTACTS, INPUTS, RELATIONS

RESOLVED = """
select party_id, customer_id
from customer_records
qualify row_number() over (partition by party_id order by is_primary desc nulls last, customer_id) = 1
"""
PEOPLE = """
select coalesce(customer_id, party_id) as customer_id, max(birth_date) as birth_date,
    coalesce(max(birth_date) + interval {adult_from_age} year > date '{day}', false) as is_minor
from parties
left join resolved using (party_id)
group by 1
having bool_or(party_type = 'person')
"""
# the same tie told of several records counts once: the larger share, the earlier start
TIES = """
select coalesce(one.customer_id, from_party_id) as customer_id, coalesce(two.customer_id, to_party_id) as related_id,
    relation_type_code as relation, max(share_rate)::double as share_rate, min(started_date) as started_date
from relations
left join resolved as one on from_party_id = one.party_id
left join resolved as two on to_party_id = two.party_id
where (started_date is null or started_date <= date '{day}') and (ended_date is null or ended_date >= date '{day}')
    and coalesce(one.customer_id, from_party_id) <> coalesce(two.customer_id, to_party_id)
group by all
"""
KIN = """
with told as (
    select customer_id, related_id, relation from ties where relation in ('spouse', 'child', 'parent', 'sibling')
)
select customer_id, related_id, relation from told
union
select related_id, customer_id, case relation when 'child' then 'parent' when 'parent' then 'child' else relation end
from told
"""
NAMES = """
select distinct coalesce(customer_id, party_id) as customer_id, family_name_token as token
from parties
left join resolved using (party_id)
where family_name_token is not null
"""
ADDRESSES = """
with every as (
    select distinct coalesce(customer_id, party_id) as customer_id, contact_token as token
    from contacts
    left join resolved using (party_id)
    where contact_token is not null
)
select * from every semi join people using (customer_id)
qualify count(*) over (partition by token) <= {crowded_address_above}
"""
HOLDERS = """
select account_id, coalesce(customer_id, party_id) as customer_id, role_code, sum(ownership_share_rate) as share_rate,
    count(*) filter (ownership_share_rate is null) as unknown_count, min(started_date) as started_date
from account_parties
left join resolved using (party_id)
where (started_date is null or started_date <= date '{day}') and (ended_date is null or ended_date >= date '{day}')
group by all
"""


@dataclass(frozen=True, slots=True)
class Delivered:
    """Tables as in INPUTS, of everybody, on a business date."""

    business_date: date
    customer_records: pa.Table
    parties: pa.Table
    relations: pa.Table = field(default_factory=INPUTS[RELATIONS].empty_table)
    account_parties: pa.Table = field(default_factory=INPUTS[ACCOUNT_PARTIES].empty_table)
    contacts: pa.Table = field(default_factory=INPUTS[CONTACTS].empty_table)


@dataclass(frozen=True, slots=True)
class Facts:
    """The same of customers. A party that is resolved to no customer stands for itself.

    `people`: customer_id, birth_date, is_minor. `ties`: customer_id, related_id, relation, share_rate, started_date.
    `kin`: family ties in both directions. `names`, `addresses`: customer_id, token. `holders`: account_id, customer_id,
    role_code, share_rate, unknown_count (roles without a share), started_date.
    """

    business_date: date
    people: pa.Table
    ties: pa.Table
    kin: pa.Table
    names: pa.Table
    addresses: pa.Table
    holders: pa.Table


def facts_of(delivered: Delivered, rules: Rules) -> Facts:
    """What holds on the business date, whatever the order of rows."""
    day = delivered.business_date.isoformat()
    resolved = query(RESOLVED, customer_records=delivered.customer_records)
    known = {"parties": delivered.parties, "resolved": resolved}
    people = query(PEOPLE.format(day=day, adult_from_age=rules.adult_from_age), **known)
    ties = query(TIES.format(day=day), relations=delivered.relations, resolved=resolved)
    crowded = rules.crowded_address_above
    return Facts(
        business_date=delivered.business_date,
        people=people,
        ties=ties,
        kin=query(KIN, ties=ties),
        names=query(NAMES, **known),
        addresses=query(
            ADDRESSES.format(crowded_address_above=crowded),
            contacts=delivered.contacts,
            resolved=resolved,
            people=people,
        ),
        holders=query(HOLDERS.format(day=day), account_parties=delivered.account_parties, resolved=resolved),
    )
