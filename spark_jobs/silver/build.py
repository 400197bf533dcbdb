"""One build of one entity: what every way of building needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from spark_jobs import io
from spark_jobs.catalog.names import silver_table
from spark_jobs.silver.classify import entity_rows, union
from spark_jobs.silver.counts import Counts, Key
from spark_jobs.silver.inputs import EntityInputs, FeedInput
from spark_jobs.silver.quarantine import replace_quarantine

Choice = Callable[[DataFrame], DataFrame]
"""Keeps some rows of a frame by `_delivery_id` and `_row_number`."""


@dataclass(frozen=True)
class Build:
    """One build of one entity: what every way of building needs."""

    spark: SparkSession
    settings: Any
    inputs: EntityInputs
    run_id: str
    business_date: date
    before: Mapping[Key, Counts] = field(default_factory=dict)
    """What the ledger's journal says of the entity so far."""

    @property
    def had_quarantined(self) -> set[str]:
        """Deliveries with rows in quarantine, as far as the journal knows."""
        return {key[1] for key, one in self.before.items() if one.statuses["quarantined"]}

    @property
    def table(self) -> str:
        """Name of the silver table."""
        return silver_table(self.inputs.entity.name)

    @property
    def note(self) -> dict[str, str]:
        """What the commit says of itself, read back by the next run."""
        return {"silver": self.inputs.entity.name, "fingerprint": self.inputs.fingerprint, "run_id": self.run_id}

    def rows(self, delivery_ids: set[str] | None = None, choose: Choice | None = None) -> DataFrame:
        """Rows of every feed, of these deliveries or of all accepted ones; `choose` picks rows by their place."""
        frames = []
        for feed in self.inputs.feeds:
            part = feed if delivery_ids is None else feed.only(delivery_ids)
            if part.deliveries:
                frames.append(self._rows_of(feed, part.delivery_ids, choose))
        return union(frames)

    def _rows_of(self, feed: FeedInput, delivery_ids: list[str], choose: Choice | None) -> DataFrame:
        bronze = io.read_bronze(self.spark, self.settings, feed.source.name, delivery_ids)
        if choose is None:
            return entity_rows(bronze, self.inputs, feed)
        if feed.sees_other_rows:
            return choose(entity_rows(bronze, self.inputs, feed))
        return entity_rows(choose(bronze), self.inputs, feed)

    def with_audit(self, rows: DataFrame) -> DataFrame:
        """The table's rows with the run that wrote them."""
        added = {"_run_id": F.lit(self.run_id), "_loaded_at": F.current_timestamp()}
        return rows.withColumns({**added, "_changed_date": F.lit(self.business_date)})


def place() -> Column:
    """64-bit hash of where a row lies in bronze; rows that share one are chosen, or left out, together."""
    return F.xxhash64("_delivery_id", "_row_number")


def within(places: DataFrame) -> Choice:
    """Keeps the rows of these places."""
    return lambda rows: rows.withColumn("_place", place()).join(F.broadcast(places), "_place", "left_semi")


def outside(places: DataFrame) -> Choice:
    """Keeps the rows of all other places."""
    return lambda rows: rows.withColumn("_place", place()).join(F.broadcast(places), "_place", "left_anti")


def write_quarantine(build: Build, bad: DataFrame, counts: Mapping[Key, Counts], replaced: set[str]) -> None:
    """Write the quarantine rows of the counted deliveries; those of `replaced` deliveries make room."""
    wanted = {key[1] for key, one in counts.items() if one.statuses["quarantined"]} | replaced
    if wanted:
        replace_quarantine(build.spark, build.settings, build.inputs, bad, (build.run_id, wanted))
