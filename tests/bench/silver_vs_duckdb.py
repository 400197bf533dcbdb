"""Landing to silver of 10 million postings against DuckDB writing the raw and the typed, deduplicated table."""

import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from deltalake import DeltaTable

from infra import lakehouse
from infra.demo_bank.bench import posting_bank
from spark_jobs.catalog.loading import load_catalog
from spark_jobs.catalog.models import Catalog
from spark_jobs.catalog.names import table_path
from spark_jobs.landing import land_system
from spark_jobs.runner import build_entity
from spark_jobs.session import close, connect
from spark_jobs.settings import Settings, load_settings
from tests.bench.figures import Figure, versus

CUSTOMERS, POSTINGS, RUNS = 100_000, 10_000_000, 3
DAY = date(2026, 6, 1)
SOURCE, ENTITY = "core_banking/postings", "transactions"
GOAL = 4.0
TYPED = """
select posting_id, account_id, try_cast(posted as date) as posted_date, try_cast(value_date as date) as value_date,
    direction, try_cast(amount as decimal(20, 4)) as amount, currency,
    try_cast(balance_after as decimal(20, 4)) as balance_after, type, channel, other_account, other_bank,
    other_country, purpose, merchant_code, card_id
from raw
qualify row_number() over (partition by posting_id order by file_row desc) = 1
"""


def measure() -> list[Figure]:
    """The figure `silver_vs_duckdb`; raises AssertionError when the two engines do not keep the same rows."""
    with tempfile.TemporaryDirectory(dir=_scratch()) as folder:
        inbox = Path(folder) / "inbox"
        posting_bank(inbox, CUSTOMERS, POSTINGS, days=1)
        pairs = []
        for turn in range(RUNS):
            settings = load_settings(home=Path(folder) / f"home-{turn}", inbox=inbox, environment="demo")
            pairs.append((_ours(settings), _peers(settings)))
            print(f"  bellwether {pairs[-1][0]:.1f} s, duckdb {pairs[-1][1]:.1f} s", flush=True)
            _compare(settings)
    what = f"{POSTINGS:,} postings: landed, typed, deduplicated, tokenised, reconciled"
    return [versus("silver_vs_duckdb", what, GOAL, pairs, "DuckDB: raw all-string table and typed, deduplicated one")]


def _scratch() -> Path:
    folder = Path(".bench")
    folder.mkdir(exist_ok=True)
    return folder.resolve()


def _ours(settings: Settings) -> float:
    """Seconds of landing and of the silver step; the lakehouse process is up and has run one query, as in a day."""
    whole = load_catalog()
    catalog = Catalog({SOURCE: whole.sources[SOURCE]}, whole.entities)
    lakehouse.start(settings)
    try:
        spark: Any = connect(settings, "bench", "silver")
        spark.range(1000).selectExpr("sum(id)").collect()
        began = time.monotonic()
        land_system(catalog, settings, "core_banking", DAY, "bench")
        landed = time.monotonic()
        build_entity(spark, catalog, settings, ENTITY, DAY, "bench")
        ended = time.monotonic()
        close(spark)
    finally:
        lakehouse.stop(settings)
    print(f"  landing and bronze {landed - began:.1f} s, silver {ended - landed:.1f} s", flush=True)
    return ended - began


def _peers(settings: Settings) -> float:
    files = str(settings.inbox_folder / "core_banking" / str(DAY) / "postings*.csv")
    began = time.monotonic()
    with duckdb.connect(config={"threads": settings.threads}) as engine:
        engine.execute("set preserve_insertion_order = false")
        read = f"read_csv('{files}', delim = ';', all_varchar = true, header = true)"
        raw, typed = settings.home / "raw.parquet", settings.home / "typed.parquet"
        engine.execute(f"copy (select *, row_number() over () as file_row from {read}) to '{raw}' (format parquet)")
        engine.execute(f"create view raw as select * from read_parquet('{raw}')")
        engine.execute(f"copy ({TYPED}) to '{typed}' (format parquet)")
    return time.monotonic() - began


def _compare(settings: Settings) -> None:
    files = DeltaTable(table_path(settings.home, f"silver.{ENTITY}")).file_uris()
    assert _facts(files) == _facts([str(settings.home / "typed.parquet")])


def _facts(files: list[str]) -> list[tuple[Any, ...]]:
    with duckdb.connect() as engine:
        engine.execute(f"create view rows as select * from read_parquet({files})")
        return engine.execute("select count(*), sum(amount), min(posted_date), max(posted_date) from rows").fetchall()
