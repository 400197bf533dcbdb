"""Keeping a large table up by key: only the keys that new or withdrawn deliveries touch are computed again.

For each touched key the states are computed from all accepted rows of that key, as in a full rebuild, and the rows that
differ from the table's are merged into it in one commit. A test holds that both ways give the same table.
"""

from collections import defaultdict
from dataclasses import replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from spark_jobs import io
from spark_jobs.silver.build import Build, write_quarantine
from spark_jobs.silver.changes import Change
from spark_jobs.silver.classify import classified, shown, state_columns, table_columns, union
from spark_jobs.silver.counts import Counts, Key, count_rows
from spark_jobs.silver.inputs import EntityInputs
from spark_jobs.silver.quarantine import clear_quarantine
from spark_jobs.silver.vault import merge_vault
from spark_jobs.transforms.rules import content_hash

VALID_STATUSES = ("kept", "duplicate", "superseded")
CHANGE = "_change"


def merge_changes(build: Build, change: Change) -> dict[Key, Counts]:
    """Merge what the new and withdrawn deliveries change into the table.

    The keys are cut off from what they were computed from: that is the table itself, which changes under them.
    """
    keys = touched_keys(build, change).localCheckpoint()
    before = classified(_rows_of_keys(build, change.before, keys), change.before)
    after = classified(_rows_of_keys(build, change.after, keys), change.after)
    changes = changed_rows(build, shown(after, build.inputs.entity), keys)
    io.merge(changes, build.settings, build.table, (table_identity(build), CHANGE), build.note)
    merge_vault(build, after, keys)
    counts = _counted(build, change, (before, after), keys)
    _quarantine(build, change, counts)
    return counts


def _quarantine(build: Build, change: Change, counts: dict[Key, Counts]) -> None:
    replaced = build.had_quarantined & change.gone
    if change.new:
        new = replace(build, inputs=change.after.only(change.new))
        having = {key: one for key, one in counts.items() if key[1] in change.new}
        write_quarantine(new, new.rows().where("_problem is not null"), having, replaced)
    elif replaced:
        clear_quarantine(build.spark, build.settings, build.inputs.entity, replaced)


def key_columns(build: Build) -> list[str]:
    """What identifies a key in the table."""
    return ["source_system", *build.inputs.entity.key]


def table_identity(build: Build) -> list[str]:
    """What identifies a row of the table."""
    return [*key_columns(build), *(["valid_from"] if build.inputs.entity.history == "scd2" else [])]


def touched_keys(build: Build, change: Change) -> DataFrame:
    """Keys whose states may be others than before: those of the rows that came or went, or that a snapshot lacks."""
    keys = key_columns(build)
    frames = [_events(build, one).select(*keys).distinct() for one in change.rows_of(is_snapshot=False)]
    frames += [_unlike_before(build, one) for one in change.rows_of(is_snapshot=True)]
    return frames[0] if len(frames) == 1 else union(frames).distinct()


def _events(build: Build, inputs: EntityInputs) -> DataFrame:
    return replace(build, inputs=inputs).rows().where("_is_event")


def _unlike_before(build: Build, snapshot: EntityInputs) -> DataFrame:
    """Keys of which a newest snapshot says something else than the table's open state, by a row or by its absence."""
    keys = key_columns(build)
    mine = _events(build, snapshot).groupBy(*keys).agg(
        F.count("*").alias("rows"), F.first("_state").alias("_state"), F.bool_or("_is_void").alias("is_void")
    )
    systems = sorted({feed.source.system for feed in snapshot.feeds if feed.deliveries})
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


def _rows_of_keys(build: Build, inputs: EntityInputs, keys: DataFrame) -> DataFrame:
    return _events(build, inputs).join(F.broadcast(keys), on=key_columns(build), how="left_semi")


def changed_rows(build: Build, rows: DataFrame, keys: DataFrame) -> DataFrame:
    """Rows to write or to delete (`_change`), of the touched keys: those that the table has already are left out."""
    entity = build.inputs.entity
    identity = table_identity(build)
    content = content_hash([*table_columns(entity), "_delivery_id"])
    table = io.read_table(build.spark, build.settings.home, build.table)
    held = table.join(F.broadcast(keys), on=key_columns(build), how="left_semi")
    held = held.withColumn("_held", content).select(*identity, "_held")
    both = build.with_audit(rows).withColumn("_content", content).join(held, on=identity, how="full_outer")
    is_gone, is_same = F.col("_content").isNull(), F.col("_content") == F.col("_held")
    change = F.when(is_gone, F.lit("delete")).when(~F.coalesce(is_same, F.lit(False)), F.lit("write"))
    return both.withColumn(CHANGE, change).where(f"{CHANGE} is not null").drop("_content", "_held")


def _counted(
    build: Build, change: Change, classified_rows: tuple[DataFrame, DataFrame], keys: DataFrame
) -> dict[Key, Counts]:
    """Counts now: those of the journal, changed by the touched keys, plus all rows of new deliveries."""
    before, after = (
        count_rows(rows, inputs)
        for rows, inputs in zip(classified_rows, (change.before, change.after), strict=True)
    )
    counts: dict[Key, Counts] = defaultdict(Counts)
    for key, one in build.before.items():
        if key[1] not in change.gone:
            counts[key].include(one)
    for sign, part in ((-1, before), (1, after)):
        for key, one in part.items():
            for status in VALID_STATUSES:
                if key[1] not in change.gone:
                    counts[key].statuses[status] += sign * one.statuses[status]
    _add_untouched(build, change, counts, keys)
    return dict(counts)


def _add_untouched(build: Build, change: Change, counts: dict[Key, Counts], keys: DataFrame) -> None:
    """Count the rows of new deliveries that are no events, and those that repeat what the table held."""
    if not change.new:
        return
    inputs = change.after.only(change.new)
    rows = replace(build, inputs=inputs).rows()
    is_bad = F.col("_problem").isNotNull()
    status = F.when(is_bad, F.lit("quarantined")).when(F.col("_is_filtered"), F.lit("filtered"))
    touched = keys.withColumn("_is_touched", F.lit(True))
    rows = rows.join(F.broadcast(touched), on=key_columns(build), how="left")
    repeated = F.when(F.col("_is_touched").isNull(), F.lit("duplicate")).otherwise(F.lit("counted"))
    rows = rows.withColumns({"_status": F.coalesce(status, repeated), "_is_output": F.lit(False)})
    for key, one in count_rows(rows, inputs).items():
        counts[key].include(one)


def is_small(change: Change, share: float) -> bool:
    """Whether so few rows came or went that merging is cheaper than a rebuild."""
    return change.rows <= share * change.after.stored_rows
