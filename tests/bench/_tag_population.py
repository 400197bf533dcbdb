"""customer_360 and household_360 of any size, without a bank behind them: values that rules can tell apart."""

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import yaml
from deltalake import DeltaTable, write_deltalake
from sqlglot import exp

from dbt_project.tags.inputs import SOURCES, WINDOWED
from dbt_project.tags.loading import TagCatalog
from infra import lakehouse
from spark_jobs.catalog.names import table_path
from spark_jobs.io import register
from spark_jobs.session import close, connect
from spark_jobs.settings import Settings, load_settings

CUSTOMERS = int(os.environ.get("BELLWETHER_BENCH_CUSTOMERS", "1000000"))
TURNS = int(os.environ.get("BELLWETHER_BENCH_TURNS", "3"))
DAY, NEXT_DAY = "2026-06-01", "2026-06-02"
HOUSEHOLD_SIZE = 2
BATCH = 100_000
NEWS = {"total_asset_amount", "cash_amount", "investment_amount", "net_worth_amount", "loan_amount"}
"""Columns that say something new of a customer in `write_next_day`."""


@contextmanager
def populated(catalog: TagCatalog, customers: int) -> Iterator[Settings]:
    """A running lakehouse whose two marts hold so many customers; BELLWETHER_BENCH_HOME keeps its folder."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(home=Path(os.environ.get("BELLWETHER_BENCH_HOME", folder)) / str(customers))
        write_marts(settings.home, catalog, customers)
        lakehouse.start(settings)
        try:
            spark = connect(settings, "bench", "register")
            for table in ("customer_360", "household_360"):
                register(spark, settings, f"marts.{table}")
            close(spark)
            yield settings
        finally:
            lakehouse.stop(settings)


def write_next_day(home: Path, news_percent: int, window_percent: int) -> None:
    """The customers a day later: new values for some of them, and rows that leave windows for some others."""
    path = str(table_path(home, "marts.customer_360"))
    rows = DeltaTable(path).to_pyarrow_dataset()
    columns = ", ".join(f"{_moved(one.name, news_percent, window_percent)} as {one.name}" for one in rows.schema)
    with duckdb.connect() as connection:
        connection.register("rows", rows)
        draw = "cast(hash(customer_id) % 100 as int) as draw"
        reader = connection.execute(f"select {columns} from (select *, {draw} from rows)").to_arrow_reader(BATCH)
        cast = pa.RecordBatchReader.from_batches(rows.schema, (one.cast(rows.schema, safe=False) for one in reader))
        write_deltalake(path, cast, mode="overwrite")


def _moved(name: str, news_percent: int, window_percent: int) -> str:
    """A column's value a day later."""
    if name == "as_of_date":
        return f"date '{NEXT_DAY}'"
    if name == "tenure_days":
        return f"{name} + 1"
    if WINDOWED.search(name):
        changed = f"when draw < {news_percent + window_percent} then {name} * 0.5"
    elif name in NEWS:
        changed = f"when draw < {news_percent} then {name} * 1.5"
    else:
        return name
    return f"case {changed} else {name} end"


def write_marts(home: Path, catalog: TagCatalog, customers: int) -> None:
    """Write both marts: lognormal amounts with zeros and gaps, codes that rules speak of, recent dates."""
    labels = _labels(catalog)
    for table, keys in {"customer_360": ("customer", 1), "household_360": ("household", HOUSEHOLD_SIZE)}.items():
        (model,) = yaml.safe_load(SOURCES[table].read_text(encoding="utf-8"))["models"]
        columns = [_value(one["name"], one["data_type"], labels, keys[0]) for one in model["columns"]]
        with duckdb.connect() as connection:
            connection.execute("select setseed(0.5)")
            rows = f"select {', '.join(columns)} from range({customers // keys[1]}) as numbers (n)"
            reader = connection.execute(rows).to_arrow_reader(BATCH)
            write_deltalake(str(table_path(home, f"marts.{table}")), reader, mode="overwrite")


def _labels(catalog: TagCatalog) -> dict[str, list[str]]:
    """Texts that rules compare a column with."""
    found: dict[str, set[str]] = defaultdict(set)
    for tree in catalog.trees.values():
        for node in tree.find_all(exp.EQ, exp.NEQ):
            if isinstance(node.this, exp.Column) and isinstance(node.expression, exp.Literal):
                found[node.this.name].add(node.expression.name)
        for node in tree.find_all(exp.In):
            found[node.this.name] |= {one.name for one in node.expressions}
    return {name: sorted(labels) for name, labels in found.items()}


def _value(name: str, kind: str, labels: dict[str, list[str]], key: str) -> str:
    if name == "customer_id":
        return "printf('c%08d', n) as customer_id"
    if name == "household_id":
        return f"printf('h%08d', {'n' if key == 'household' else f'n // {HOUSEHOLD_SIZE}'}) as household_id"
    if name == "as_of_date":
        return f"date '{DAY}' as as_of_date"
    known = "case when random() >= 0.05 then"
    if kind == "string":
        listed = labels.get(name) or [f"{name}_{one}" for one in range(8)]
        chosen = ", ".join(f"'{one}'" for one in listed)
        value = f"list_extract([{chosen}], 1 + cast(floor(random() * {len(listed)}) as int))"
    elif kind in ("date", "timestamp"):
        value = f"cast(date '{DAY}' - cast(floor(1200 * random() - 200) as int) as {kind})"
    else:
        value = "random() < 0.4" if kind == "boolean" else _number(name, kind)
    return f"{known} {value} end as {name}"


def _number(name: str, kind: str) -> str:
    if name == "age_years":
        return "cast(18 + floor(random() * 75) as bigint)"
    if name.endswith("_rate"):
        return f"cast(random() as {kind})"
    if kind == "bigint":
        return "cast(floor(-ln(1 - random()) * 5) as bigint)"
    amount = "exp(9 + 2 * sqrt(-2 * ln(1 - random())) * cos(6.283185307 * random()))"
    return f"case when random() < 0.3 then 0 else cast(round({amount}, 2) as {kind}) end"
