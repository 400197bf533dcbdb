"""A snapshot that says again what the one before it said: the table stays as it is, and no statement is needed.

Reference data comes like this on most days. A row of the new snapshot begins no state, so it is a duplicate of the
state that the last snapshot showed or confirmed; a filtered row is filtered again. Where the last snapshot has rows of
which this cannot be told from its counts (quarantined, or superseded by another row of their key), the entity is built
anew.
"""

from collections.abc import Mapping
from dataclasses import replace

from spark_jobs.catalog.names import EXPRESSION_NAMES
from spark_jobs.ledger import Delivery
from spark_jobs.silver.changes import Change, is_newest
from spark_jobs.silver.counts import Counts, Key
from spark_jobs.silver.inputs import FeedInput, definition


def repeated_counts(change: Change, before: Mapping[Key, Counts]) -> dict[Key, Counts] | None:
    """Counts with the new snapshots in them, when they repeat what is held; None when something may differ."""
    if change.gone or not change.touched_feeds or _depends_on_delivery(change):
        return None
    counts = dict(before)
    for feed in change.touched_feeds:
        held = _last_snapshot(change.before.feeds[feed.number])
        if feed.sees_other_rows or not feed.is_snapshot or not is_newest(change, feed) or held is None:
            return None
        (new,) = feed.deliveries if len(feed.deliveries) == 1 else (None,)
        known = before.get((feed.source.name, held.delivery_id))
        if new is None or known is None or not _is_same(new, held) or not _is_plain(known):
            return None
        counts[feed.source.name, new.delivery_id] = _again(known)
    return counts


def _last_snapshot(feed: FeedInput) -> Delivery | None:
    """The delivery that is the newest held snapshot; None when there is none, or it came in several."""
    newest = max((one.delivery_date for one in feed.deliveries), default=None)
    last = [one for one in feed.deliveries if one.delivery_date == newest]
    return last[0] if len(last) == 1 else None


def _depends_on_delivery(change: Change) -> bool:
    """Whether an expression or a rule speaks of the delivery, so that equal rows may become others."""
    text = repr([change.after.entity, *map(definition, change.after.feeds)])
    return any(name in text for name in EXPRESSION_NAMES)


def _is_same(new: Delivery, held: Delivery) -> bool:
    """Whether both hold the same rows, read in the same way."""
    kept = {"content_hash", "delivered_rows", "stored_rows", "quarantined_rows", "duplicate_rows", "contract_version"}
    return all(getattr(new, name) == getattr(held, name) for name in kept)


def _is_plain(counts: Counts) -> bool:
    return not counts.statuses["quarantined"] and not counts.statuses["superseded"]


def _again(counts: Counts) -> Counts:
    """Counts of the same rows delivered again: what was kept is a duplicate now."""
    duplicates = counts.statuses["kept"] + counts.statuses["duplicate"]
    return replace(counts, shown=0, statuses={**counts.statuses, "kept": 0, "duplicate": duplicates})
