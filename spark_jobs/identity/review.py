"""The review queue: pairs on which a steward's word is worth most."""

from dataclasses import dataclass

import pyarrow as pa

from spark_jobs.identity.engine import query
from spark_jobs.identity.policy import Policy

QUEUE = """
with linked as (
    select distinct on (left_key, right_key) left_key, right_key, reason, if(tier < 2, score, null) as score,
        model_version, evidence, if(tier = 2, 'contradiction', 'parted') as why
    from links
    join members as one on left_key = one.record_key
    join members as two on right_key = two.record_key
    where one.customer_id <> two.customer_id
    order by left_key, right_key, tier desc, score desc, reason
),
pairs as (
    select * from linked
    union all by name
    select left_key, right_key, reason, score, model_version, evidence, 'near' as why
    from edges
    anti join decisions using (left_key, right_key)
    anti join linked using (left_key, right_key)
    where score >= {review_from!r} and score < {review_to!r} and not starts_with(reason, 'rule:')
),
stakes as (
    select customer_id, sum(amount)::decimal(20, 4) as amount
    from members
    join amounts using (record_key)
    group by customer_id
),
first as (
    select pairs.*, one.customer_id as left_customer_id, two.customer_id as right_customer_id,
        coalesce(left_stake.amount, 0)
            + if(one.customer_id = two.customer_id, 0, coalesce(right_stake.amount, 0)) as value_at_stake_amount
    from pairs
    join members as one on left_key = one.record_key
    join members as two on right_key = two.record_key
    left join stakes as left_stake on one.customer_id = left_stake.customer_id
    left join stakes as right_stake on two.customer_id = right_stake.customer_id
    order by value_at_stake_amount desc, abs(score - {threshold!r}) nulls first, left_key, right_key
    limit {queue_rows}
)
select *, row_number() over (
    order by value_at_stake_amount desc, abs(score - {threshold!r}) nulls first, left_key, right_key
) as rank
from first
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
