"""Keeping a large table up by key: only the keys that new or withdrawn deliveries touch are computed again.

For each touched key the states are computed from all accepted rows of that key, as in a full rebuild, and the rows that
differ from the table's are merged into it in one commit. A test holds that both ways give the same table.
"""

from collections import defaultdict
from dataclasses import replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from spark_jobs import io
from spark_jobs.silver.build import Build, place, within, write_quarantine
from spark_jobs.silver.changes import Change
from spark_jobs.silver.classify import classified, shown, state_columns, table_columns, union
from spark_jobs.silver.counts import Counts, Key, count_rows
from spark_jobs.silver.keys import Keys
from spark_jobs.silver.quarantine import clear_quarantine
from spark_jobs.silver.vault import merge_vault
from spark_jobs.transforms.rules import content_hash

VALID_STATUSES = ("kept", "duplicate", "superseded")
CHANGE = "_change"


def merge_changes(build: Build, change: Change) -> dict[Key, Counts]:
    """Merge what the new and withdrawn deliveries change into the table.

    Frames that are used more than once are cut off from what they come from: Spark would compute them again, and the
    keys from a table that has changed meanwhile.
    """
    moved = union([replace(build, inputs=one).rows() for one in change.moved]).localCheckpoint()
    keys = Keys(key_columns(build), touched_keys(build, change, moved).localCheckpoint())
    events = keys.only(moved.where("_is_event"))
    staying = staying_events(build, change, keys)
    events = events if staying is None else events.unionByName(staying)
    before = classified(events.where(~F.col("_delivery_id").isin(*change.new)), change.before)
    after = classified(events.where(~F.col("_delivery_id").isin(*change.gone)), change.after)
    if staying is None and not change.gone:
        io.append(build.with_audit(shown(after, build.inputs.entity)), build.settings, build.table, build.note)
    else:
        changes = changed_rows(build, shown(after, build.inputs.entity), keys)
        io.merge(changes, build.settings, build.table, (table_identity(build), CHANGE), build.note)
    merge_vault(build, after, keys)
    counts = _counted(build, change, (before, after))
    _add_moved(build, change, counts, moved, keys)
    _quarantine(build, change, counts, moved)
    return counts


def staying_events(build: Build, change: Change, keys: Keys) -> DataFrame | None:
    """Events of the touched keys from deliveries that were there before and still are; None when there are none.

    Only the key columns of bronze are read to find where they lie; then only these rows are typed.
    """
    stay = replace(build, inputs=change.staying)
    if not change.staying.delivery_ids:
        return None
    places = keys.only(stay.rows().select(*keys.columns, place().alias("_place"))).select("_place").distinct()
    places = places.localCheckpoint()
    if places.isEmpty():
        return None
    return keys.only(stay.rows(choose=within(places)).where("_is_event")).localCheckpoint()


def _quarantine(build: Build, change: Change, counts: dict[Key, Counts], moved: DataFrame) -> None:
    replaced = build.had_quarantined & change.gone
    if change.new:
        new = replace(build, inputs=change.after.only(change.new))
        having = {key: one for key, one in counts.items() if key[1] in change.new}
        bad = moved.where("_problem is not null").where(F.col("_delivery_id").isin(*change.new))
        write_quarantine(new, bad, having, replaced)
    elif replaced:
        clear_quarantine(build.spark, build.settings, build.inputs.entity, replaced)


def key_columns(build: Build) -> list[str]:
    """What identifies a key in the table."""
    return ["source_system", *build.inputs.entity.key]


def table_identity(build: Build) -> list[str]:
    """What identifies a row of the table."""
    return [*key_columns(build), *(["valid_from"] if build.inputs.entity.history == "scd2" else [])]


def touched_keys(build: Build, change: Change, moved: DataFrame) -> DataFrame:
    """Keys whose states may be others than before: those of the rows that came or went, or that a snapshot lacks."""
    events = moved.where("_is_event")
    snapshots = [feed for feed in change.touched_feeds if feed.is_snapshot]
    is_of_snapshot = F.col("_feed").isin(*(feed.number for feed in snapshots))
    frames = [events.where(~is_of_snapshot).select(*key_columns(build)).distinct()]
    if snapshots:
        systems = sorted({feed.source.system for feed in snapshots})
        frames.append(_unlike_before(build, events.where(is_of_snapshot), systems))
    return union(frames)


def _unlike_before(build: Build, snapshot: DataFrame, systems: list[str]) -> DataFrame:
    """Keys of which a newest snapshot says something else than the table's open state, by a row or by its absence."""
    keys = key_columns(build)
    mine = snapshot.groupBy(*keys).agg(
        F.count("*").alias("rows"), F.first("_state").alias("_state"), F.bool_or("_is_void").alias("is_void")
    )
    open_ = _open_states(build).where(F.col("source_system").isin(*systems))
    both = mine.join(open_, on=keys, how="full_outer")
    is_same = (F.col("rows") == 1) & ~F.col("is_void") & (F.col("_state") == F.col("_open_state"))
    return both.where(~F.coalesce(is_same, F.lit(False))).select(*keys)


def _open_states(build: Build) -> DataFrame:
    """Key and state of what the table holds as not deleted."""
    table = io.read_table(build.spark, build.settings.home, build.table)
    is_open = F.col("is_current") if build.inputs.entity.history == "scd2" else ~F.col("is_deleted")
    state = content_hash(state_columns(build.inputs.entity)).alias("_open_state")
    return table.where(is_open).select(*key_columns(build), state)


def changed_rows(build: Build, rows: DataFrame, keys: Keys) -> DataFrame:
    """Rows to write or to delete (`_change`), of the touched keys: those that the table has already are left out."""
    entity = build.inputs.entity
    identity = table_identity(build)
    content = content_hash([*table_columns(entity), "_delivery_id"])
    table = io.read_table(build.spark, build.settings.home, build.table)
    held = keys.only(table).withColumn("_held", content).select(*identity, "_held")
    both = build.with_audit(rows).withColumn("_content", content).join(held, on=identity, how="full_outer")
    is_gone, is_same = F.col("_content").isNull(), F.col("_content") == F.col("_held")
    change = F.when(is_gone, F.lit("delete")).when(~F.coalesce(is_same, F.lit(False)), F.lit("write"))
    return both.withColumn(CHANGE, change).where(f"{CHANGE} is not null").drop("_content", "_held")


def _counted(build: Build, change: Change, classified_rows: tuple[DataFrame, DataFrame]) -> dict[Key, Counts]:
    """Counts of the journal, without what went, changed by what the touched keys' rows were and are now."""
    counts: dict[Key, Counts] = defaultdict(Counts)
    for key, one in build.before.items():
        if key[1] not in change.gone:
            counts[key].include(one)
    for sign, rows in zip((-1, 1), classified_rows, strict=True):
        for key, one in count_rows(rows, change.after).items():
            for status in VALID_STATUSES:
                if key[1] not in change.gone:
                    counts[key].statuses[status] += sign * one.statuses[status]
    return dict(counts)


def _add_moved(build: Build, change: Change, counts: dict[Key, Counts], moved: DataFrame, keys: Keys) -> None:
    """Count the rows of new deliveries that are no events, and those that repeat what the table held."""
    if not change.new:
        return
    is_bad = F.col("_problem").isNotNull()
    status = F.when(is_bad, F.lit("quarantined")).when(F.col("_is_filtered"), F.lit("filtered"))
    repeated = F.when(F.col("_is_touched"), F.lit("counted")).otherwise(F.lit("duplicate"))
    rows = keys.marked(moved.where(F.col("_delivery_id").isin(*change.new)))
    rows = rows.withColumns({"_status": F.coalesce(status, repeated), "_is_output": F.lit(False)})
    for key, one in count_rows(rows, change.after).items():
        counts.setdefault(key, Counts()).include(one)


def is_small(change: Change, share: float) -> bool:
    """Whether so few rows came or went that merging is cheaper than a rebuild.

    A snapshot brings every row again whatever changed, and a rebuild would type all that came before it too.
    """
    snapshots = sum(feed.stored_rows for feed in change.touched_feeds if feed.is_snapshot)
    return change.rows - snapshots <= share * change.after.stored_rows
