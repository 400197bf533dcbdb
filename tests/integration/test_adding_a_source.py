"""The guide's contract and file, landed and built: what it promises in its last table is what comes of them."""

from datetime import date, datetime

import pytest

from spark_jobs.catalog.loading import load_catalog
from spark_jobs.catalog.models import Catalog
from spark_jobs.landing import land_system
from spark_jobs.ledger import Ledger
from spark_jobs.runner import build_entity
from tests.fixtures.guide import catalog_root_with_the_guide, guide_block
from tests.integration.silver_world import table_rows

DAY = date(2026, 6, 3)
SOURCE = "concierge/requests"


def catalog_with_the_guide(root) -> Catalog:
    """Every entity, and no other source: nothing but the guide's file is at stake."""
    catalog = load_catalog(catalog_root_with_the_guide(root))
    return Catalog({SOURCE: catalog.sources[SOURCE]}, catalog.entities)


@pytest.fixture
def forgotten(spark):
    """What the test makes known to the shared metastore is forgotten again: other homes have the same names."""
    yield
    for table in ("silver.interactions", "quarantine.silver_rows"):
        spark.sql(f"drop table if exists {table}").collect()


@pytest.mark.usefixtures("forgotten")
def test_the_guide_keeps_its_promise(spark, lakehouse, tmp_path):
    catalog = catalog_with_the_guide(tmp_path / "catalog")
    settings = lakehouse.model_copy(update={"home": tmp_path / "home", "inbox": tmp_path / "inbox"})
    file = settings.inbox / "concierge" / DAY.isoformat() / "requests.csv"
    file.parent.mkdir(parents=True)
    file.write_text(guide_block("csv"), encoding="utf-8")

    land_system(catalog, settings, "concierge", DAY, "guide")
    result = build_entity(spark, catalog, settings, "interactions", DAY, "guide")

    (delivery,) = Ledger(settings.home).deliveries(SOURCE)
    assert (delivery.state, delivery.stored_rows, result.is_balanced) == ("accepted", 4, True)
    shown = ("interaction_id", "party_id", "channel_code", "duration_seconds", "started_at")
    assert table_rows(spark, settings.home, "silver.interactions", *shown) == [
        ("concierge-7001", "P00000001", "phone", 1500, datetime(2026, 6, 3, 7, 15)),
        ("concierge-7002", "P00000002", "email", 300, datetime(2026, 6, 3, 8, 40)),
    ]
    rejected = table_rows(spark, settings.home, "quarantine.silver_rows", "source", "row_number", "rule")
    assert rejected == [(SOURCE, 3, "rule:minutes_at_least_0"), (SOURCE, 4, "rule:channel_is_known")]
