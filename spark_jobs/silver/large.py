"""A full rebuild that streams: for a table of millions of rows, nearly all of whose keys occur once.

A window over all rows would shuffle and sort them whole. Instead a narrow pass finds the keys that occur more than
once; their rows go through the window, all others straight to the writer.
"""

from collections import defaultdict

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from spark_jobs import io
from spark_jobs.silver.build import Build, outside, place, within, write_quarantine
from spark_jobs.silver.classify import classified, shown, union
from spark_jobs.silver.counts import Counts, Key, count_rows
from spark_jobs.silver.vault import rewrite_vault
from spark_jobs.transforms.history import with_single_period

BAD_COLUMNS = ("_feed", "_delivery_id", "_row_number", "_part", "_problem", "_value", "_status")


def rebuild_large(build: Build) -> dict[Key, Counts]:
    """Write the whole table from all accepted rows; not for entities that snapshots feed."""
    places = repeated_places(build).persist()
    try:
        has_repeated = not places.isEmpty()
        singles = single_rows(build.rows(choose=outside(places) if has_repeated else None))
        written = shown(singles, build.inputs.entity)
        doubles = classified(build.rows(choose=within(places)), build.inputs) if has_repeated else None
        if doubles is not None:
            written = written.unionByName(shown(doubles, build.inputs.entity))
        io.overwrite(build.with_audit(written), build.settings, build.table, build.note)
        rewrite_vault(build, singles if doubles is None else singles.unionByName(doubles, allowMissingColumns=True))
        return _counted(build, singles, doubles)
    finally:
        places.unpersist()


def repeated_places(build: Build) -> DataFrame:
    """Places of the rows whose key occurs more than once, of all accepted rows: valid or not, to stay narrow."""
    key = F.xxhash64("source_system", *build.inputs.entity.key)
    keys = build.rows().select(key.alias("_key"), place().alias("_place"))
    repeated = keys.groupBy("_key").agg(F.count("*").alias("rows")).where("rows > 1").select("_key")
    return keys.join(F.broadcast(repeated), on="_key", how="left_semi").select("_place").distinct()


def single_rows(rows: DataFrame) -> DataFrame:
    """Classified rows whose keys occur once."""
    is_bad, is_filtered = F.col("_problem").isNotNull(), F.col("_is_filtered")
    decided = with_single_period(rows)
    status = F.when(is_bad, F.lit("quarantined")).when(is_filtered, F.lit("filtered")).otherwise(F.col("_status"))
    return decided.withColumns({"_status": status, "_is_output": F.col("_is_output") & ~is_bad & ~is_filtered})


def _counted(build: Build, singles: DataFrame, doubles: DataFrame | None) -> dict[Key, Counts]:
    """Counts of all rows; single rows are looked at again only where the table lacks some of them."""
    counts = defaultdict(Counts, count_rows(doubles, build.inputs) if doubles is not None else {})
    missing = _add_singles_shown(build, counts)
    if not missing and not build.had_quarantined and not _has_quarantined(counts):
        return dict(counts)
    bad = singles.where("_status <> 'kept'").where(F.col("_delivery_id").isin(*missing) if missing else F.lit(False))
    for key, one in count_rows(bad, build.inputs).items():
        counts[key].include(one)
    frames = [bad] if doubles is None else [bad, doubles]
    quarantined = [frame.where("_status = 'quarantined'").select(*BAD_COLUMNS) for frame in frames]
    write_quarantine(build, union(quarantined), counts, build.had_quarantined)
    return dict(counts)


def _has_quarantined(counts: dict[Key, Counts]) -> bool:
    return any(one.statuses["quarantined"] for one in counts.values())


def _add_singles_shown(build: Build, counts: dict[Key, Counts]) -> list[str]:
    """Count as kept what the table holds beside repeated keys; returns the deliveries of which it holds too little."""
    shown_rows = io.read_table(build.spark, build.settings.home, build.table).groupBy("_delivery_id").count().collect()
    held = {row["_delivery_id"]: row["count"] for row in shown_rows}
    missing = []
    for key, stored in build.inputs.stored_by_delivery.items():
        singles_kept = held.get(key[1], 0) - counts[key].shown
        counts[key].add("kept", singles_kept, singles_kept)
        if counts[key].source_rows != stored:
            missing.append(key[1])
    return missing
