"""A silver of any size, made by DuckDB from row numbers alone (big_silver.yml): the same numbers, the same rows."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import yaml
from deltalake import write_deltalake

from spark_jobs.catalog.models import Catalog, Entity
from spark_jobs.catalog.names import silver_table, table_path
from tests.fixtures.silver import FIRST_DAY, columns_of

DUCKDB_TYPES = {"string": "varchar", "timestamp": "timestamptz"}
MACROS = (
    "pick(i, salt, n) as cast(hash(i * 1000003 + salt) % n as bigint)",
    "day_back(i) as date '2026-06-01' - cast(pick(i, 3, 400) as int)",
    "moment_back(i) as timestamptz '2026-06-01 20:00:00+00' - to_minutes(cast(pick(i, 4, 500000) as int))",
    "currency_of(i) as case when pick(i, 1, 9) < 7 then 'EUR' else ['USD', 'CHF', 'GBP', 'JPY'][pick(i, 2, 4) + 1] end",
)


def write_big_silver(home: Path, catalog: Catalog, customers: int, postings: int) -> None:
    """Write every entity's table under `home`; entities that big_silver.yml leaves out are empty."""
    text = Path(__file__).with_name("big_silver.yml").read_text(encoding="utf-8")
    recipes = yaml.safe_load(text.replace("{customers}", str(customers)).replace("{postings}", str(postings)))
    maker = duckdb.connect()
    for macro in MACROS:
        maker.execute(f"create macro {macro}")
    for entity in catalog.entities.values():
        recipe = recipes.get(entity.name, {"rows": "0", "columns": {}})
        query = f"select {silver_columns(entity, recipe['columns'])} from range({recipe['rows']}) as rows (i)"
        reader = maker.sql(query).to_arrow_reader(200_000)
        write_deltalake(table_path(home, silver_table(entity.name)), reader, mode="overwrite")


def silver_columns(entity: Entity, given: Mapping[str, str]) -> str:
    """The columns of an entity's silver table as DuckDB selects them: the given ones, usual values, and NULL."""
    defaults = {
        "source_system": "'core_banking'", "is_deleted": "false", "is_current": "true", "_run_id": "'bench'",
        "valid_from": f"date '{FIRST_DAY}'", "_changed_date": f"date '{FIRST_DAY}'",
    }  # fmt: skip
    values = defaults | dict(given)
    return ", ".join(
        f"cast({values.get(name, 'null')} as {DUCKDB_TYPES.get(kind, kind)}) as {name}"
        for name, kind in columns_of(entity).items()
    )
