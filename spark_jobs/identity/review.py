"""The review queue: pairs on which a steward's word is worth most."""

from dataclasses import dataclass

import pyarrow as pa

from spark_jobs.identity.engine import query
from spark_jobs.identity.policy import Policy

QUEUE = """
with near as (
    select left_key, right_key, reason, score, model_version, evidence, 'near' as why
    from edges
    where not starts_with(reason, 'rule:') and score >= {review_from!r} and score < {review_to!r}
),
linked as (
    select left_key, right_key, reason, case when tier < 2 then score end as score, model_version, evidence,
        case when tier = 2 then 'contradiction' else 'parted' end as why
    from links
),
pairs as (
    select near.*, one.customer_id as left_customer_id, two.customer_id as right_customer_id
    from near
    anti join decisions using (left_key, right_key)
    join members as one on near.left_key = one.record_key
    join members as two on near.right_key = two.record_key
    union all
    select linked.*, one.customer_id as left_customer_id, two.customer_id as right_customer_id
    from linked
    join members as one on linked.left_key = one.record_key
    join members as two on linked.right_key = two.record_key
    where one.customer_id <> two.customer_id
),
one_a_pair as (
    select distinct on (left_key, right_key) * from pairs order by left_key, right_key, why desc, score desc, reason
),
touched as (
    select left_customer_id as customer_id from one_a_pair union select right_customer_id from one_a_pair
),
stakes as (
    select customer_id, sum(amount)::decimal(20, 4) as amount
    from members
    semi join touched using (customer_id)
    join amounts using (record_key)
    group by customer_id
),
valued as (
    select one_a_pair.*,
        coalesce(one.amount, 0) + if(left_customer_id = right_customer_id, 0, coalesce(two.amount, 0))
            as value_at_stake_amount
    from one_a_pair
    left join stakes as one on left_customer_id = one.customer_id
    left join stakes as two on right_customer_id = two.customer_id
)
select *, row_number() over (
    order by value_at_stake_amount desc, abs(score - {threshold!r}) nulls first, left_key, right_key
) as rank
from valued
qualify rank <= {queue_rows}
order by rank
"""


@dataclass(frozen=True, slots=True)
class Pairs:
    """What stands after a step: edges, links (the edges that count, and must-links) and standing decisions."""

    edges: pa.Table
    links: pa.Table
    decisions: pa.Table


def review_queue(pairs: Pairs, members: pa.Table, amounts: pa.Table, policy: Policy) -> pa.Table:
    """One row per pair that a steward should see, ranked by the value of both customers, highest first.

    `why` is `near` (score near the threshold, undecided), `parted` (linked, but kept apart by a cannot-link in between
    or because the cluster is held) or `contradiction` (a must-link that other decisions rule out). `members` maps
    record_key to customer_id, `amounts` record_key to amount in the base currency.
    """
    known = {"edges": pairs.edges, "links": pairs.links, "decisions": pairs.decisions, "members": members}
    sql = QUEUE.format(
        review_from=policy.review_from,
        review_to=policy.review_to,
        threshold=policy.threshold,
        queue_rows=policy.queue_rows,
    )
    return query(sql, amounts=amounts, **known)
