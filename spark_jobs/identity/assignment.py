"""Which part carries which customer id, and what that changes: events of ids and of memberships.

An id belongs to its most senior living claim. A record has a claim on the id it is a member of, and on an id that was
redirected while the record was its member, for as long as it stays with the customer that the id leads to. Seniority
is the step of joining, then first-delivery date, then key: the founding record comes first while it is there. Of the
ids that fall to one part the oldest stays (first-delivery date, then key of its founding record), the others lead to
it; a part to which none falls gets a new one. An id without a living claim comes back with a record that had one.
"""

from dataclasses import dataclass

import pyarrow as pa

from spark_jobs.identity.engine import query

LIVING = """
select record_key, customer_id, claims.change, joined_step, valid_from, cluster_key, first_delivery_date
from claims
join parts using (record_key)
join records using (record_key)
where claims.change in ('opened', 'redirected')
"""
# claims of records that came back today on ids that nobody else holds
LAPSED = """
select record_key, customer_id, claims.change, joined_step, valid_from, cluster_key, first_delivery_date
from claims
semi join arrived using (record_key)
anti join (
    select customer_id from claims anti join gone using (record_key) where change in ('opened', 'redirected')
) as held using (customer_id)
join parts using (record_key)
join records using (record_key)
where claims.change = 'gone'
"""
CANDIDATES = """
select distinct on (customer_id) customer_id, cluster_key, is_lapsed, customers.change, customers.target_id,
    founded_date, founder_key, epoch
from (select *, false as is_lapsed from living union all by name select *, true as is_lapsed from lapsed)
join customers using (customer_id)
order by customer_id, joined_step, first_delivery_date, record_key
"""
# an id that leads to another one of the part stays behind it, also when it is older
CHOSEN = """
select distinct on (cluster_key) cluster_key, customer_id
from candidates as one
where not exists (
    from candidates as two where one.cluster_key = two.cluster_key and one.target_id = two.customer_id
)
order by cluster_key, is_lapsed, founded_date, founder_key, epoch
"""
MINTED = """
with founders as (
    select distinct on (cluster_key) cluster_key, record_key as founder_key, first_delivery_date as founded_date
    from parts
    join records using (record_key)
    anti join chosen using (cluster_key)
    order by cluster_key, first_delivery_date, record_key
),
issued as (
    select founder_key, count(*) as epoch from customers semi join founders using (founder_key) group by founder_key
)
select cluster_key, founder_key, founded_date, coalesce(epoch, 0) as epoch,
    'c' || sha256('customer|' || founder_key || '|' || coalesce(epoch, 0))[:20] as customer_id
from founders
left join issued using (founder_key)
"""
PUBLISHED = """
select parts.record_key, parts.held_reason, coalesce(chosen.customer_id, minted.customer_id) as customer_id,
    minted.founder_key is not distinct from parts.record_key as is_founder
from parts
left join chosen using (cluster_key)
left join minted using (cluster_key)
"""
ID_EVENTS = """
select minted.customer_id, 'issued' as change, null as target_id, minted.founder_key, founded_date, epoch,
    living.customer_id as split_from_id
from minted
left join (select record_key as founder_key, customer_id from living where change = 'opened') as living
    using (founder_key)
union all by name
select customer_id, 'revived' as change, founder_key, founded_date, epoch
from candidates
semi join chosen using (customer_id)
where change in ('redirected', 'retired')
union all by name
select candidates.customer_id, 'redirected' as change, holder.customer_id as target_id, founder_key, founded_date, epoch
from candidates
anti join chosen using (customer_id)
join (select cluster_key, customer_id from chosen) as holder using (cluster_key)
where target_id is distinct from holder.customer_id
union all by name
select customer_id, 'retired' as change, founder_key, founded_date, epoch
from customers
semi join (select customer_id from claims semi join gone using (record_key)) as hit using (customer_id)
anti join candidates using (customer_id)
where change in ('issued', 'revived')
order by customer_id
"""
MEMBERSHIP_EVENTS = """
with holders as (
    select candidates.customer_id, chosen.customer_id as holder_id from candidates join chosen using (cluster_key)
),
closed as (
    select living.record_key, living.customer_id, living.change as before, living.joined_step, living.valid_from,
        case when holders.holder_id = published.customer_id then 'redirected' else 'left' end as change
    from living
    join published using (record_key)
    left join holders on living.customer_id = holders.customer_id
    where living.customer_id <> published.customer_id
)
select record_key, customer_id, 'opened' as change, coalesce(joined_step, {step}) as joined_step,
    date '{day}' as valid_from, null::date as valid_to, is_founder, held_reason
from published
left join living using (record_key, customer_id)
where living.change is distinct from 'opened'
union all by name
select record_key, customer_id, change, joined_step,
    if(before = 'opened', valid_from, null) as valid_from, if(before = 'opened', date '{day}', null) as valid_to
from closed
where change <> before
union all by name
select lapsed.record_key, lapsed.customer_id, 'redirected' as change, {step} as joined_step
from lapsed
join published using (record_key)
join holders on lapsed.customer_id = holders.customer_id and holders.holder_id = published.customer_id
where lapsed.customer_id <> published.customer_id
union all by name
select record_key, customer_id, 'gone' as change, joined_step,
    if(change = 'opened', valid_from, null) as valid_from, if(change = 'opened', date '{day}', null) as valid_to
from claims
semi join gone using (record_key)
where change in ('opened', 'redirected')
order by record_key, customer_id
"""


@dataclass(frozen=True, slots=True)
class Claims:
    """What is known before a step: claims of records on ids (last change each), and all ids ever issued."""

    claims: pa.Table
    customers: pa.Table


@dataclass(frozen=True, slots=True)
class Region:
    """What a step clusters again: parts of the present records it touches, their dates, who came, who went."""

    parts: pa.Table
    records: pa.Table
    arrived: pa.Table
    gone: pa.Table


@dataclass(frozen=True, slots=True)
class Assignment:
    """Events of ids, events of memberships, and the customer of each record of the region."""

    id_events: pa.Table
    membership_events: pa.Table
    published: pa.Table


def assign(before: Claims, region: Region, step_number: int, day: str) -> Assignment:
    """The events that make the parts of a region the published customers.

    Every claim on an id lies in the region wholly or not at all: the region is closed under the links of before and of
    now. `day` is the ISO business date.
    """
    known = {"claims": before.claims, "customers": before.customers}
    seen = {"parts": region.parts, "records": region.records, "arrived": region.arrived, "gone": region.gone}
    living, lapsed = query(LIVING, **known, **seen), query(LAPSED, **known, **seen)
    candidates = query(CANDIDATES, living=living, lapsed=lapsed, **known)
    chosen = query(CHOSEN, candidates=candidates)
    minted = query(MINTED, chosen=chosen, **known, **seen)
    published = query(PUBLISHED, chosen=chosen, minted=minted, **seen)
    made = {"living": living, "lapsed": lapsed, "candidates": candidates, "chosen": chosen, "published": published}
    return Assignment(
        query(ID_EVENTS, minted=minted, **made, **known, **seen),
        query(MEMBERSHIP_EVENTS.format(step=step_number, day=day), **made, **known, **seen),
        published,
    )
