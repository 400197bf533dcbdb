"""All tags of a million customers, from the marts to bitmaps, against DuckDB evaluating the same rules to Parquet; then
audiences on the bitmaps. BELLWETHER_BENCH_CUSTOMERS makes it smaller, BELLWETHER_BENCH_TURNS shorter;
BELLWETHER_BENCH_HOME keeps the input.
"""

import random
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import psutil
from deltalake import DeltaTable

from dbt_project.run import write
from dbt_project.tags.loading import load_tags
from dbt_project.tags.publishing import publish_index
from dbt_project.tags.statement import Plan
from dbt_project.tags.words_model import AFFECTED, WORDS
from infra import lakehouse
from serving.audiences.conditions import as_sql, read_condition
from serving.audiences.index import TagIndex, open_built
from serving.audiences.selection import Selector
from spark_jobs.catalog.names import table_path
from spark_jobs.settings import Settings
from spark_jobs.tags.layout import Slot
from tests.bench._peak_memory import PeakMemory
from tests.bench._tag_population import CUSTOMERS, DAY, TURNS, populated
from tests.bench.figures import Figure
from tests.fixtures.duckdb_twin import files_of
from tests.fixtures.tag_inputs import batch_of

SMALL = CUSTOMERS // 10
PEER = "peer.parquet"
EXPRESSIONS, PREDICATES, STORED = 1_000, 10, 4_000


def measure() -> list[Figure]:
    """The figures of the tag mart. Raises AssertionError when words or audiences differ from what DuckDB says."""
    plan = Plan(load_tags())
    small, _ = _rebuilt(plan, SMALL)
    pairs, figures = _rebuilt(plan, CUSTOMERS)
    growth = np.median([ours for ours, _ in pairs]) / np.median([ours for ours, _ in small])
    return [*figures, _figure("tags_growth", f"{SMALL:,} to {CUSTOMERS:,} customers", round(growth, 2), "times", 11)]


def _rebuilt(plan: Plan, customers: int) -> tuple[list[tuple[float, float]], list[Figure]]:
    pairs, peak = [], 0
    with populated(plan.catalog, customers) as settings:
        for _ in range(TURNS):
            processes = [psutil.Process(), lakehouse.service(settings).process()]
            with PeakMemory(processes, with_children=True) as memory:
                ours = _ours(settings)
            peak = max(peak, memory.peak)
            pairs.append((ours, _duckdb(settings.home, plan)))
        if customers == SMALL:
            _compare(settings, plan)
        figures = _figures(settings, plan, customers, pairs, peak) if customers == CUSTOMERS else []
        return pairs, figures


def _ours(settings: Settings) -> float:
    """Seconds of words and index, in a process that ends, as a task under the scheduler does."""
    words, index = _apart(_built, settings)
    print(f"  words {words:.1f} s, index and catalogue {index:.1f} s", flush=True)
    return words + index


def _built(settings: Settings) -> tuple[float, float]:
    began = time.monotonic()
    write(settings, [AFFECTED, WORDS], DAY, "bench")
    built = time.monotonic()
    publish_index(settings, date.fromisoformat(DAY))
    return built - began, time.monotonic() - built


def _duckdb(home: Path, plan: Plan) -> float:
    """Seconds of the peer, in a process of its own: what it leaves in memory is none of ours."""
    seconds = _apart(_evaluated, home, plan.statement, batch_of(home, plan))
    print(f"  duckdb {seconds:.1f} s", flush=True)
    return seconds


def _apart(function: Callable[..., Any], *given: Any) -> Any:
    """What the function gives in a process that is started for it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *given).result()


def _evaluated(home: Path, statement: str, batch: str) -> float:
    began = time.monotonic()
    with duckdb.connect() as connection:
        connection.execute(f"create view batch as {batch}")
        connection.execute(f"copy ({statement}) to '{home / PEER}' (format parquet)")
    return time.monotonic() - began


def _compare(settings: Settings, plan: Plan) -> None:
    """Every boolean that Spark packed is the one that DuckDB makes out of the same files, customer by customer."""
    slots = [slot for slot in plan.slots if slot.bit is not None]
    rules = ", ".join(f"{plan.catalog.sql[slot.tag_id]} as {slot.tag_id}" for slot in slots)
    wrong = ", ".join(f"count(*) filter ({slot.tag_id} is distinct from {_unpacked(slot)})" for slot in slots)
    with duckdb.connect() as connection:
        connection.execute(f"create table words as {files_of(table_path(settings.home, f'marts.{WORDS}'))}")
        connection.execute(f"create table batch as {batch_of(settings.home, plan)}")
        said = f"select customer_id, {rules} from batch"
        sql = f"with said as ({said}) select {wrong} from said join words using (customer_id)"
        counts = connection.execute(sql).fetchone() or ()
    differing = {slot.tag_id: count for slot, count in zip(slots, counts, strict=True) if count}
    assert not differing, differing


def _unpacked(slot: Slot) -> str:
    value, known = (f"({name}[{slot.position + 1}] >> {slot.bit}) & 1 = 1" for name in (slot.column, slot.known_column))
    return f"case when {known} then {value} end"


def _figures(
    settings: Settings, plan: Plan, customers: int, pairs: list[tuple[float, float]], peak: int
) -> list[Figure]:
    ours, ratio = np.median([one for one, _ in pairs]), np.median([one / two for one, two in pairs])
    size = sum(file.stat().st_size for file in DeltaTable(str(table_path(settings.home, "marts.tag_index"))).file_uris()
               for file in [Path(file.removeprefix("file://"))])  # fmt: skip
    what = f"{len(plan.slots):,} tags of {customers:,} customers"
    rebuilt = Figure(
        id="tags_rebuild_vs_duckdb", what=f"{what}: from the marts to bitmaps and catalogue",
        value=round(float(ours), 1), unit="seconds", goal="at most 240 s and 2x",
        met=bool(ours <= 240 and ratio <= 2), peer="DuckDB, same rules to Parquet",
        peer_value=round(float(np.median([two for _, two in pairs])), 1), ratio=round(float(ratio), 2),
        runs=[round(one / two, 2) for one, two in pairs],
    )  # fmt: skip
    memory = _figure("tags_memory_gib", f"{what}: peak of all processes", round(peak / 2**30, 2), "GiB", 12)
    return [
        rebuilt,
        memory,
        _figure("tags_index_gib", what, round(size / 2**30, 3), "GiB", 2),
        *_audiences(settings),
    ]


def _figure(name: str, what: str, value: float, unit: str, goal: float) -> Figure:
    return Figure(id=name, what=what, value=float(value), unit=unit, goal=f"at most {goal:g}", met=bool(value <= goal))


def _audiences(settings: Settings) -> list[Figure]:
    index, draws = open_built(settings), random.Random(1)
    conditions = [read_condition(_nested(index, draws, PREDICATES)) for _ in range(EXPRESSIONS)]
    selector = Selector(index, {})
    for condition in conditions:
        selector.members(condition)
    times = [_milliseconds(lambda one=one: len(selector.members(one))) for one in conditions]
    mismatches = _mismatches(settings, selector, conditions)
    stored = [read_condition(_nested(index, draws, draws.randint(2, PREDICATES))) for _ in range(STORED)]
    began = time.monotonic()
    fresh = Selector(open_built(settings), {})
    for condition in stored:
        fresh.members(condition)
    seconds = time.monotonic() - began
    p99 = round(float(np.quantile(times, 0.99)), 2)
    what = (
        f"{PREDICATES} predicates nested, {EXPRESSIONS:,} random expressions on {len(index.everyone):,} customers, warm"
    )
    return [
        Figure(
            id="audience_p99_ms", what=f"{what}; mismatches against SQL: {mismatches}", value=p99,
            unit="milliseconds", goal="at most 20, 0 mismatches", met=p99 <= 20 and mismatches == 0,
            detail={"median": round(float(np.median(times)), 2)},
        ),
        _figure("audiences_4000_seconds", f"{STORED:,} audiences, index opened anew", round(seconds, 1), "seconds", 60),
    ]  # fmt: skip


def _milliseconds(call: Callable[[], int]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _nested(index: TagIndex, draws: random.Random, predicates: int) -> object:
    """A random tree of all, any and not with so many predicates."""
    if predicates == 1:
        leaf = _predicate(index, draws)
        return {"not": leaf} if draws.random() < 0.2 else leaf
    left = draws.randint(1, predicates - 1)
    parts = [_nested(index, draws, left), _nested(index, draws, predicates - left)]
    return {draws.choice(["all", "any"]): parts}


def _predicate(index: TagIndex, draws: random.Random) -> str:
    tag_id = draws.choice(sorted(index.catalogue))
    kind = index.value_type(tag_id)
    if kind == "boolean":
        return tag_id
    if kind == "category":
        return f"{tag_id} = '{draws.choice(index.labels(tag_id) or ['none'])}'"
    values = index.numbers(tag_id).values
    if not len(values):
        return f"{tag_id} is null"
    value = float(draws.choice(values))
    if kind == "date":
        return f"{tag_id} >= '{np.datetime64('1970-01-01') + int(value)}'"
    return f"{tag_id} {draws.choice(['>=', '<'])} {value!r}"


def _mismatches(settings: Settings, selector: Selector, conditions: list) -> int:
    """How many of the conditions select another number of customers than SQL over the values that DuckDB wrote."""
    with duckdb.connect() as connection:
        connection.execute(f"create view tags as select * from '{settings.home / PEER}'")
        wrong = 0
        for condition in conditions:
            (count,) = connection.execute(f"select count(*) from tags where {as_sql(condition)}").fetchone() or (0,)
            wrong += count != len(selector.members(condition))
        return wrong
