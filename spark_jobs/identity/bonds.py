"""Why a record belongs to its customer: the strongest link that joins it to another member."""

import pyarrow as pa

from spark_jobs.identity.engine import query

EXPLAINED = """
with opened as (select * from events where change = 'opened'),
ends as (
    select left_key as record_key, right_key as linked_to, columns(links.* exclude (left_key, right_key)) from links
    union all
    select right_key, left_key, columns(links.* exclude (left_key, right_key)) from links
),
bonds as (
    select ends.*
    from ends
    semi join opened using (record_key)
    join published as mine using (record_key)
    join published as theirs on ends.linked_to = theirs.record_key and mine.customer_id = theirs.customer_id
),
strongest as (
    select record_key, unnest(max_by(bonds, (tier, score, linked_to, reason)))
    from bonds
    group by record_key
)
select events.* exclude (is_founder),
    case when events.change <> 'opened' then null
        when events.is_founder then 'founder'
        else coalesce(strongest.reason, 'alone') end as reason,
    strongest.linked_to,
    case when strongest.tier < 2 then strongest.score end as score,
    strongest.model_version,
    strongest.evidence
from events
left join strongest on events.record_key = strongest.record_key and events.change = 'opened'
order by events.record_key, events.customer_id
"""


def with_reasons(events: pa.Table, published: pa.Table, links: pa.Table) -> pa.Table:
    """Membership events with reason, linked_to, score, model_version and evidence where a membership opens.

    The reason is `founder` for the record that a new id is made of, `must_link`, `rule:<name>` or `score` of the
    strongest link to another member, and `alone` for a record without one.
    """
    return query(EXPLAINED, events=events, published=published, links=links)
