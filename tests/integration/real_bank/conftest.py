"""One lakehouse home with every public file landed, and its silver entities, shared by the tests of this folder."""

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from spark_jobs.catalog.loading import load_catalog
from spark_jobs.catalog.models import Catalog
from spark_jobs.catalog.names import table_path
from spark_jobs.settings import Settings, load_settings

EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "expected.yml").read_text("utf-8"))
BUSINESS_DATE = date(2022, 12, 28)
RUN_ID = "real-bank-test"
HOME_THAT_HAS_RUN = os.environ.get("BELLWETHER_TEST_REAL_HOME")
"""A home in which the real bank has run already; without it, the tests of this folder land and build it themselves."""


@pytest.fixture(scope="session")
def public_catalog() -> Catalog:
    """The catalogue with the sources that are public files, and no others."""
    catalog = load_catalog()
    kept = {name: source for name, source in catalog.sources.items() if name in EXPECTED}
    return Catalog(kept, catalog.entities)


@pytest.fixture(scope="session")
def landed(public_catalog: Catalog, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a home in which every public file has been landed once, without Spark."""
    from spark_jobs.landing import land_system

    if HOME_THAT_HAS_RUN:
        return load_settings(home=HOME_THAT_HAS_RUN, data=real_data, environment="real")
    home = tmp_path_factory.mktemp("real_bank")
    settings = load_settings(home=home, data=real_data, environment="real")
    for system in public_catalog.systems():
        land_system(public_catalog, settings, system, BUSINESS_DATE, RUN_ID)
    return settings


@pytest.fixture(scope="session")
def built(landed: Settings, public_catalog: Catalog, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """The same home with every silver entity that the public files feed."""
    from spark_jobs.runner import build_entity
    from spark_jobs.session import close, connect

    if HOME_THAT_HAS_RUN:
        yield landed
        return
    lakehouse: Settings = request.getfixturevalue("lakehouse")
    ports = {"connect_port": lakehouse.connect_port, "thrift_port": lakehouse.thrift_port}
    settings = landed.model_copy(update=ports)
    spark: Any = connect(settings, RUN_ID, "silver")
    entities = sorted({feed.entity for source in public_catalog.sources.values() for feed in source.feeds})
    assert len(entities) >= 12
    for entity in entities:
        build_entity(spark, public_catalog, settings, entity, BUSINESS_DATE, RUN_ID)
    yield settings
    close(spark)


@pytest.fixture(scope="session")
def governance(landed: Settings) -> Callable[[str], list[dict[str, Any]]]:
    """Rows of a table that is written without Spark."""
    return lambda table: rows_of(landed.home, table)


@pytest.fixture(scope="session")
def silver(built: Settings) -> Callable[[str, str], list[tuple[Any, ...]]]:
    """`silver(entity, sql)`: rows of DuckDB's answer, where the table is called `rows`: a second engine reads."""
    import duckdb
    from deltalake import DeltaTable

    def ask(entity: str, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect() as engine:
            files = DeltaTable(table_path(built.home, f"silver.{entity}")).file_uris()
            rows = engine.read_parquet(files, union_by_name=True)
            engine.register("rows", rows)
            return engine.sql(sql).fetchall()

    return ask


def rows_of(home: Path, table: str) -> list[dict[str, Any]]:
    """Every row of a Delta table of this home."""
    from deltalake import DeltaTable

    return DeltaTable(table_path(home, table)).to_pyarrow_table().to_pylist()
