"""What the tests of this folder read: the home in which the real bank has run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from spark_jobs.catalog.loading import load_catalog
from spark_jobs.catalog.models import Catalog
from spark_jobs.catalog.names import table_path
from spark_jobs.settings import Settings

EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "expected.yml").read_text("utf-8"))


@pytest.fixture(scope="session")
def public_catalog() -> Catalog:
    """The catalogue with the sources that are public files, and no others."""
    catalog = load_catalog()
    kept = {name: source for name, source in catalog.sources.items() if name in EXPECTED}
    return Catalog(kept, catalog.entities)


@pytest.fixture(scope="session")
def landed(real_data: Path, whole_bank: Settings) -> Settings:
    """Settings of a home in which every public file has been landed."""
    assert whole_bank.data == real_data
    return whole_bank


@pytest.fixture(scope="session")
def built(landed: Settings) -> Settings:
    """The same home with every silver entity that the public files feed."""
    return landed


@pytest.fixture(scope="session")
def governance(landed: Settings) -> Callable[[str], list[dict[str, Any]]]:
    """Rows of a table that is written without Spark."""
    return lambda table: rows_of(landed.home, table)


@pytest.fixture(scope="session")
def ask(built: Settings) -> Callable[[str, str], list[tuple[Any, ...]]]:
    """`ask(table, sql)`: rows of DuckDB's answer, where the table is called `rows`: a second engine reads."""
    import duckdb
    from deltalake import DeltaTable

    def answer(table: str, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect() as engine:
            files = DeltaTable(table_path(built.home, table)).file_uris()
            rows = engine.read_parquet(files, union_by_name=True)
            engine.register("rows", rows)
            return engine.sql(sql).fetchall()

    return answer


@pytest.fixture(scope="session")
def silver(ask: Callable[[str, str], list[tuple[Any, ...]]]) -> Callable[[str, str], list[tuple[Any, ...]]]:
    """`silver(entity, sql)`: the same of an entity's table."""
    return lambda entity, sql: ask(f"silver.{entity}", sql)


def rows_of(home: Path, table: str) -> list[dict[str, Any]]:
    """Every row of a Delta table of this home."""
    from deltalake import DeltaTable

    return DeltaTable(table_path(home, table)).to_pyarrow_table().to_pylist()
