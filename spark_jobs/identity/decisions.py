"""What stewards decided, as it stands."""

import pyarrow as pa

from spark_jobs.identity.engine import query

STANDING = """
select pair[1] as left_key, pair[2] as right_key, decision_id, kind, decided_on, steward, reason
from (select *, list_sort([left_key, right_key]) as pair from decisions)
qualify row_number() over (partition by pair order by decided_on desc, decision_id desc, kind) = 1 and not is_revoked
order by left_key, right_key
"""
CHANGED = """
select coalesce(one.left_key, two.left_key) as left_key, coalesce(one.right_key, two.right_key) as right_key
from before as one
full outer join after as two on one.left_key = two.left_key and one.right_key = two.right_key
where one.kind is distinct from two.kind or one.decided_on is distinct from two.decided_on
"""


def standing_decisions(decisions: pa.Table) -> pa.Table:
    """One row per pair that is decided: the last decision counts, and none when that one is revoked.

    Columns left_key < right_key, decision_id, kind, decided_on, steward, reason; sorted by pair.
    """
    return query(STANDING, decisions=decisions)


def changed_pairs(before: pa.Table, after: pa.Table) -> pa.Table:
    """Pairs (left_key, right_key) on which two sets of standing decisions differ."""
    return query(CHANGED, before=before, after=after)
