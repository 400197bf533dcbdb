"""Which customer an id means, on any date."""

from collections.abc import Iterable
from datetime import date

import pyarrow as pa

from spark_jobs.identity.engine import query
from spark_jobs.identity.journal import Journal
from spark_jobs.identity.reading import memberships
from spark_jobs.identity.tables import MEMBERSHIPS, REDIRECTS

STATES = """
select ids.*, steps.step_number
from ids
join steps using (step_id)
where ids.business_date <= date '{as_of}'
qualify row_number() over (partition by customer_id order by steps.step_number desc) = 1
"""
CHAINS = """
with recursive hops as (
    select customer_id, customer_id as present_id from states semi join wanted using (customer_id)
    union
    select hops.customer_id, states.target_id
    from hops join states on hops.present_id = states.customer_id and states.change = 'redirected'
)
select hops.customer_id, hops.present_id
from hops join states on hops.present_id = states.customer_id and states.change in ('issued', 'revived')
"""
# the last time an id went out of use, and the records that it then lost
SCATTERED = """
with ended as (
    select ids.customer_id, min(steps.step_number) as step_number
    from ids
    join steps using (step_id)
    join states on ids.customer_id = states.customer_id and states.change = 'redirected'
    semi join wanted on ids.customer_id = wanted.customer_id
    where ids.change = 'redirected' and steps.step_number > (
        select max(started.step_number)
        from (select i.customer_id, s.step_number, i.change from ids as i join steps as s using (step_id)) as started
        where started.customer_id = ids.customer_id and started.change in ('issued', 'revived')
            and started.step_number <= states.step_number
    )
    group by ids.customer_id
)
select distinct ended.customer_id, held.customer_id as present_id
from ended
join steps using (step_number)
join memberships as lost using (customer_id, step_id)
join intervals as held on lost.record_key = held.record_key
where lost.valid_to is not null and held.valid_from <= date '{as_of}'
    and (held.valid_to is null or held.valid_to > date '{as_of}')
"""
# an id that only steps taken back had issued: the customers of the records that it had there
VOIDED = """
select distinct wanted.customer_id, held.customer_id as present_id
from wanted
anti join (select customer_id from ids semi join steps using (step_id)) as issued using (customer_id)
join memberships using (customer_id)
join intervals as held on memberships.record_key = held.record_key
where held.valid_from <= date '{as_of}' and (held.valid_to is null or held.valid_to > date '{as_of}')
"""
ANSWERS = """
select customer_id, present_id, bool_or(is_primary) as is_primary
from (
    select customer_id, present_id, true as is_primary from chains
    union all
    select customer_id, present_id, false from scattered
    union all
    select customer_id, present_id, false from voided
)
group by customer_id, present_id
order by customer_id, is_primary desc, present_id
"""


def resolve_all(journal: Journal, customer_ids: Iterable[str], as_of: date) -> pa.Table:
    """customer_id, present_id, is_primary: whom each id means on a date; no row for one that means nobody then.

    An id in use means itself. An id that was redirected means, first, the customer it leads to, and then the other
    customers that its records have gone to since. An id whose records are no longer delivered means nobody. An id that
    a restated date has not issued again means the customers of the records it had.
    """
    wanted = pa.table({"customer_id": pa.array(sorted(set(customer_ids)), pa.string())})
    known = {"wanted": wanted, "ids": journal.rows(REDIRECTS), "steps": journal.steps()}
    states = query(STATES.format(as_of=as_of.isoformat()), **known)
    history = {"memberships": journal.rows(MEMBERSHIPS), "intervals": memberships(journal)}
    return query(
        ANSWERS,
        chains=query(CHAINS, states=states, wanted=wanted),
        scattered=query(SCATTERED.format(as_of=as_of.isoformat()), states=states, **known, **history),
        voided=query(VOIDED.format(as_of=as_of.isoformat()), **known, **history),
    )


def resolve(journal: Journal, customer_id: str, as_of: date) -> list[str]:
    """The customer or customers that an id means on a date, the one it leads to first; empty when nobody."""
    return resolve_all(journal, [customer_id], as_of).column("present_id").to_pylist()
