"""A day on which few customers changed, from the marts to bitmaps, against everybody: window-free tags, then all tags.

Words, index and catalogue of the partial run are those of the full one. BELLWETHER_BENCH_CUSTOMERS makes it smaller,
BELLWETHER_BENCH_TURNS shorter.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from unittest import mock

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from dbt_project import run
from dbt_project.tags import publishing
from dbt_project.tags.loading import TagCatalog, load_tags
from dbt_project.tags.statement import Plan
from dbt_project.tags.words_model import AFFECTED, WORDS
from spark_jobs.catalog.names import table_path
from spark_jobs.settings import Settings
from tests.bench._tag_population import CUSTOMERS, DAY, NEXT_DAY, TURNS, populated, write_next_day
from tests.bench.figures import Figure

NEWS_PERCENT, WINDOW_PERCENT = 1, 20
"""Customers with a new value on the second day, and those of whom only a window moved."""
MODELS = [AFFECTED, WORDS]


def measure() -> list[Figure]:
    """The figure `tags_incremental_ratio`. Raises AssertionError when a partial run gives other words than a full."""
    catalog = load_tags()
    free = _window_free(catalog)
    few = _measured(free, window_percent=0)
    all_tags = _measured(catalog, window_percent=WINDOW_PERCENT)
    goals = (few["percent"] <= 15, all_tags["percent"] <= 40)
    detail = {f"window-free: {name}": value for name, value in few.items()}
    return [
        Figure(
            id="tags_incremental_ratio",
            what=f"a day with news of {NEWS_PERCENT} % of {CUSTOMERS:,} customers, windows of {WINDOW_PERCENT} % more "
            f"moving: {len(catalog.evaluated):,} tags ({len(free.evaluated):,} window-free ones beside)",
            value=all_tags["percent"], unit="% of the full rebuild", goal="at most 15 window-free, 40 with all",
            met=all(goals), peer="full rebuild, seconds", peer_value=all_tags["full_seconds"],
            ratio=round(all_tags["percent"] / 100, 3), detail=detail | all_tags,
        )
    ]  # fmt: skip


def _window_free(catalog: TagCatalog) -> TagCatalog:
    """The tags that read no window, no day and no rank."""
    plan = Plan(catalog)
    moving = {name for name, one in plan.inputs.items() if one.is_windowed or one.moves_daily}
    chosen = {
        tag.tag_id: tag for tag in catalog.evaluated
        if not moving & set(catalog.inputs_of(tag.tag_id)) and tag.tag_id not in plan.daily_tags
    }  # fmt: skip
    return replace(catalog, tags=chosen)


def _measured(catalog: TagCatalog, window_percent: int) -> dict[str, float]:
    pairs = []
    with populated(catalog, CUSTOMERS) as settings, _only(catalog):
        _seconds(settings, DAY, None, full_refresh=True)
        words, before = _words(settings), (_words(settings).to_pyarrow_dataset(), _table(settings, "tag_catalogue"))
        first = words.version()
        write_next_day(settings.home, NEWS_PERCENT, window_percent)
        for _ in range(TURNS):
            if _words(settings).version() > first:
                _words(settings).restore(first)
            partial = _seconds(settings, NEXT_DAY, before, full_refresh=False)
            found, affected = _sums(settings), _affected(settings)
            full = _seconds(settings, NEXT_DAY, before, full_refresh=True)
            assert found == _sums(settings), "words of a partial run are not those of a full one"
            pairs.append((partial, full))
    return {
        "percent": round(100 * float(np.median([one / two for one, two in pairs])), 1),
        "partial_seconds": round(float(np.median([one for one, _ in pairs])), 1),
        "full_seconds": round(float(np.median([two for _, two in pairs])), 1),
        "turns": len(pairs),
        **affected,
    }


@contextmanager
def _only(catalog: TagCatalog) -> Iterator[None]:
    """The tags that dbt and the index know of."""
    with (
        mock.patch.object(run, "load_tags", lambda: catalog),
        mock.patch.object(publishing, "load_tags", lambda: catalog),
    ):
        yield


def _seconds(settings: Settings, day: str, before: publishing.Before | None, *, full_refresh: bool) -> float:
    began = time.monotonic()
    run.write(settings, [AFFECTED, WORDS], day, "bench", full_refresh=full_refresh)
    built = time.monotonic()
    publishing.publish_index(settings, date.fromisoformat(day), before)
    done = time.monotonic()
    print(f"  words {built - began:.1f} s, index, catalogue and changes {done - built:.1f} s", flush=True)
    return done - began


def _words(settings: Settings) -> DeltaTable:
    return DeltaTable(str(table_path(settings.home, f"marts.{WORDS}")))


def _table(settings: Settings, name: str) -> pa.Table:
    return DeltaTable(str(table_path(settings.home, f"marts.{name}"))).to_pyarrow_table()


def _affected(settings: Settings) -> dict[str, float]:
    """How many customers either set has."""
    rows = DeltaTable(str(table_path(settings.home, f"intermediate.{AFFECTED}"))).to_pyarrow_dataset()
    sets = ("is_affected", "is_affected_window_free")
    return {name: float(rows.count_rows(filter=pc.field(name))) for name in sets}


def _sums(settings: Settings) -> dict[str, int]:
    """A hash of each column over all customers, in any order."""
    with duckdb.connect() as connection:
        connection.register("words", _words(settings).to_pyarrow_dataset())
        columns = [one.name for one in _words(settings).to_pyarrow_dataset().schema]
        sums = ", ".join(f"bit_xor(hash(customer_id, {name})) as {name}" for name in columns)
        found = connection.execute(f"select {sums} from words").fetchone() or ()
    return dict(zip(columns, found, strict=True))
