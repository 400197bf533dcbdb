"""What happened to an entity's deliveries since its table was last written, and whether it can be merged."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from spark_jobs.ledger import Delivery
from spark_jobs.silver.inputs import EntityInputs, FeedInput


@dataclass(frozen=True)
class Change:
    """The deliveries that came and went."""

    before: EntityInputs
    """The inputs that the table holds."""
    after: EntityInputs

    @property
    def new(self) -> set[str]:
        """Ids of deliveries that the table does not hold yet."""
        return self.after.delivery_ids - self.before.delivery_ids

    @property
    def gone(self) -> set[str]:
        """Ids of deliveries that the table holds and that count no longer."""
        return self.before.delivery_ids - self.after.delivery_ids

    @property
    def rows(self) -> int:
        """Bronze rows of the deliveries that came or went."""
        return self.after.only(self.new).stored_rows + self.before.only(self.gone).stored_rows

    @property
    def touched_feeds(self) -> list[FeedInput]:
        """Feeds of which a delivery came or went."""
        both = (*self.after.only(self.new).feeds, *self.before.only(self.gone).feeds)
        return [feed for feed in both if feed.deliveries]

    @property
    def moved(self) -> list[EntityInputs]:
        """Inputs of what came and of what went, as far as there are any."""
        both = (self.after.only(self.new), self.before.only(self.gone))
        return [one for one in both if one.delivery_ids]

    @property
    def staying(self) -> EntityInputs:
        """Inputs of what was there before and still is."""
        return self.after.only(self.before.delivery_ids)


def change_since(inputs: EntityInputs, consumed: set[str], known: Iterable[Delivery]) -> Change:
    """The difference between the accepted deliveries and the `consumed` ones; `known` are all that the ledger knows."""
    held: dict[str, list[Delivery]] = defaultdict(list)
    for one in known:
        if one.delivery_id in consumed:
            held[one.source].append(one)
    feeds = tuple(replace(feed, deliveries=tuple(held[feed.source.name])) for feed in inputs.feeds)
    return Change(replace(inputs, feeds=feeds), inputs)


def can_merge(change: Change) -> bool:
    """Whether the touched keys can be told from the deliveries that came and went.

    Not where a row's values depend on other rows of its source, and with snapshots only when each comes after all that
    the table holds: an earlier one, or one withdrawn, changes what every other one closes.
    """
    feeds = change.touched_feeds
    has_rows = change.before.delivery_ids and change.after.delivery_ids
    if not has_rows or any(feed.sees_other_rows for feed in feeds):
        return False
    snapshots = {feed.source.system for feed in change.after.feeds if feed.is_snapshot}
    return all(is_newest(change, feed) if feed.is_snapshot else feed.source.system not in snapshots for feed in feeds)


def is_newest(change: Change, touched: FeedInput) -> bool:
    """Whether the feed brings one snapshot, later than all held, and no other source describes the same keys."""
    of_system = [feed for feed in change.after.feeds if feed.source.system == touched.source.system]
    held = [one for feed in change.before.feeds if feed.number == touched.number for one in feed.deliveries]
    dates = {one.delivery_date for one in touched.deliveries}
    is_only_source = len({feed.source.name for feed in of_system}) == 1
    is_all_new = all(one.delivery_id in change.new for one in touched.deliveries)
    return is_only_source and is_all_new and len(dates) == 1 and all(one.delivery_date < min(dates) for one in held)
