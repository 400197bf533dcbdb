"""What an entity is made of: its feeds, their accepted deliveries, and a fingerprint of both."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from spark_jobs.catalog.expressions import parameter_literal
from spark_jobs.catalog.models import Catalog, Entity, Feed, Source
from spark_jobs.ledger import Delivery
from spark_jobs.silver.feeds import FeedOrder, needs_row_key

CODE_VERSION = 1
"""Raise it when the meaning of this package changes: every entity is then rebuilt."""


class HasAccepted(Protocol):
    """The part of the ledger that says which deliveries count."""

    def accepted(self, source: str) -> list[Delivery]: ...  # noqa: D102


@dataclass(frozen=True)
class FeedInput:
    """One feed of the entity with the deliveries it reads."""

    number: int
    source: Source
    feed: Feed
    deliveries: tuple[Delivery, ...]

    @property
    def is_snapshot(self) -> bool:
        """Whether absence from a delivery closes a key."""
        return self.source.load.mode == "snapshot"

    def only(self, delivery_ids: Iterable[str]) -> "FeedInput":
        """The same feed reading only these deliveries."""
        wanted = set(delivery_ids)
        chosen = tuple(one for one in self.deliveries if one.delivery_id in wanted)
        return FeedInput(self.number, self.source, self.feed, chosen)

    @property
    def order_types(self) -> list[str]:
        """Types of the columns that its rows are ordered by."""
        types = {column.name: column.type for column in self.source.columns}
        return [types.get(name, "string") for name in self.source.load.order_by]

    @property
    def sees_other_rows(self) -> bool:
        """Whether a row's values depend on other rows of its source: a transform, or a row key's occurrence."""
        return self.feed.transform is not None or needs_row_key(self.source, self.feed)

    @property
    def delivery_ids(self) -> list[str]:
        """Ids of its deliveries, in order."""
        return [one.delivery_id for one in self.deliveries]

    @property
    def stored_rows(self) -> int:
        """Rows that bronze holds of its deliveries."""
        return sum(one.stored_rows for one in self.deliveries)


@dataclass(frozen=True)
class EntityInputs:
    """Everything that decides what an entity's silver table holds."""

    entity: Entity
    feeds: tuple[FeedInput, ...]
    definitions: str
    """Fingerprint of the definitions: another one means a full rebuild."""
    fingerprint: str
    """Fingerprint of definitions and accepted deliveries: the same one means nothing to do."""

    def only(self, delivery_ids: set[str]) -> "EntityInputs":
        """The same entity reading only these deliveries."""
        return replace(self, feeds=tuple(feed.only(delivery_ids) for feed in self.feeds))

    @property
    def delivery_ids(self) -> set[str]:
        """Ids of every accepted delivery of every feed."""
        return {one for feed in self.feeds for one in feed.delivery_ids}

    @property
    def source_names(self) -> set[str]:
        """Names of the sources that feed the entity."""
        return {feed.source.name for feed in self.feeds}

    @property
    def stored_rows(self) -> int:
        """Rows that a full rebuild reads."""
        return sum(feed.stored_rows for feed in self.feeds)

    @property
    def stored_by_delivery(self) -> dict[tuple[str, str], int]:
        """(source, delivery id) -> bronze rows that the delivery offers, once for each feed that reads them."""
        stored: dict[tuple[str, str], int] = {}
        for feed in self.feeds:
            for one in feed.deliveries:
                key = (feed.source.name, one.delivery_id)
                stored[key] = stored.get(key, 0) + one.stored_rows
        return stored

    @property
    def has_elements(self) -> bool:
        """Whether a source row may become several rows."""
        return any(feed.feed.explode or feed.feed.unpivot for feed in self.feeds)

    @property
    def has_snapshots(self) -> bool:
        """Whether absence can close a row of this entity."""
        return any(feed.is_snapshot for feed in self.feeds)

    @property
    def order(self) -> FeedOrder:
        """Order columns that every feed of the entity gets, NULL where it has fewer."""
        return FeedOrder(_order_types(self.feeds, is_snapshot=False), _order_types(self.feeds, is_snapshot=True))


def read_inputs(catalog: Catalog, ledger: HasAccepted, entity: str, token_check: str) -> EntityInputs:
    """The entity's feeds with their accepted deliveries, as the ledger knows them now."""
    feeds = tuple(
        FeedInput(number, source, feed, tuple(ledger.accepted(source.name)))
        for number, (source, feed) in enumerate(catalog.feeds_of(entity))
    )
    definitions = _hash([CODE_VERSION, token_check, catalog.entities[entity], *map(definition, feeds)])
    accepted = [(feed.source.name, feed.delivery_ids, feed.stored_rows) for feed in feeds]
    return EntityInputs(catalog.entities[entity], feeds, definitions, _hash([definitions, *accepted]))


def definition(feed: FeedInput) -> tuple[object, ...]:
    """What a feed's rows are made by, beside its deliveries: contract, rules, expressions, parameters."""
    source = feed.source
    parameters = [(name, parameter_literal(name, source.parameters)) for name in sorted(source.parameters)]
    return (source.name, source.version, source.columns, source.load, source.rules, feed.feed, parameters)


def _hash(parts: Iterable[object]) -> str:
    return hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest()


def _order_types(feeds: Iterable[FeedInput], is_snapshot: bool) -> tuple[str, ...]:
    per_feed = [feed.order_types for feed in feeds if feed.is_snapshot == is_snapshot]
    width = max(map(len, per_feed), default=0)
    return tuple(_common_type({types[place] for types in per_feed if place < len(types)}) for place in range(width))


def _common_type(types: set[str]) -> str:
    if len(types) == 1:
        return next(iter(types))
    if types <= {"date", "timestamp"}:
        return "timestamp"
    is_numeric = all(one in ("bigint", "int", "double") or one.startswith("decimal") for one in types)
    return "decimal(38,10)" if is_numeric else "string"


def closing_dates(deliveries: Iterable[Delivery], shrink_limit_percent: float) -> Mapping[date, date]:
    """Date of a snapshot -> date of the first later snapshot that closes what it lacks.

    The deliveries of one date are one snapshot. A snapshot with over `shrink_limit_percent` fewer rows than the last
    that had not shrunk closes nothing. A date after which nothing closes is left out.
    """
    rows: dict[date, int] = {}
    for one in deliveries:
        rows[one.delivery_date] = rows.get(one.delivery_date, 0) + one.stored_rows
    closing, last_full = [], None
    for day in sorted(rows):
        is_shrunken = last_full is not None and rows[day] < last_full * (1 - shrink_limit_percent / 100)
        if not is_shrunken:
            closing.append(day)
            last_full = rows[day]
    following = {day: next((one for one in closing if one > day), None) for day in rows}
    return {day: closed for day, closed in following.items() if closed is not None}
