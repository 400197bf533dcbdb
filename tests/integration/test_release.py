"""Releases over real Delta tables: what consumers read changes only when a publish says so."""

import json
import shutil
from datetime import date, timedelta

import duckdb
import pytest
from deltalake import DeltaTable

from spark_jobs import release
from spark_jobs.release.archive import archive_months
from spark_jobs.release.history import read_version
from spark_jobs.release.lock import LakehouseBusy, release_lock
from spark_jobs.release.metastore import MetastoreElsewhere
from spark_jobs.release.models import ReleasedTable, ReleaseRefused

ORDERS = ReleasedTable("shop_orders", ("order_id",), schema="shop")
DAY = date(2026, 6, 1)


@pytest.fixture
def shop(spark, lakehouse, tmp_path):
    """A home of its own with one table of three orders, in a schema of its own."""
    home = tmp_path / "home"
    spark.sql("drop schema if exists shop cascade").collect()
    spark.sql(f"create schema shop location '{home / 'tables' / 'shop'}'").collect()
    spark.sql("create schema if not exists serving").collect()
    settings = lakehouse.model_copy(update={"home": home})
    fill(spark, "(1, 10), (2, 20), (3, 30)")
    yield settings
    spark.sql("drop schema if exists shop cascade").collect()


def fill(spark, values):
    spark.sql(
        "create or replace table shop.shop_orders using delta tblproperties ('delta.enableDeletionVectors' = 'false', "
        "'delta.logRetentionDuration' = 'interval 60 days', 'delta.deletedFileRetentionDuration' = 'interval 60 days') "
        f"as select * from values {values} as t(order_id, amount)"
    ).collect()


def publish(spark, settings, day=DAY, tables=(ORDERS,)):
    return release.publish(spark, settings, day, f"run-{day}", tables)


def served(spark, schema="serving"):
    return sorted(tuple(row) for row in spark.sql(f"select * from {schema}.shop_orders").collect())


def test_consumers_read_the_release_whatever_is_written_afterwards(spark, shop):
    first = publish(spark, shop)
    fill(spark, "(1, 99)")
    spark.sql("insert into shop.shop_orders values (4, 40)").collect()
    spark.sql("optimize shop.shop_orders").collect()
    spark.sql("vacuum shop.shop_orders").collect()
    assert served(spark) == [(1, 10), (2, 20), (3, 30)]
    assert [row.table_name for row in first.tables.values()] == ["shop.shop_orders"]
    second = publish(spark, shop, DAY + timedelta(days=1))
    assert served(spark) == [(1, 99), (4, 40)]
    assert served(spark, first.schema_name) == [(1, 10), (2, 20), (3, 30)]
    assert release.current(shop).release_id == second.release_id == "20260602_1"


def test_delta_rs_and_duckdb_read_the_rows_that_the_view_serves(spark, shop):
    version = publish(spark, shop).tables["shop.shop_orders"]
    fill(spark, "(7, 70)")
    folder = str(version.folder(shop.home))
    rows = DeltaTable(folder, version=version.delta_version).to_pyarrow_table().sort_by("order_id").to_pylist()
    files = DeltaTable(folder, version=version.delta_version).file_uris()
    by_duckdb = duckdb.sql(f"select order_id, amount from read_parquet({files}) order by order_id").fetchall()
    assert [tuple(row.values()) for row in rows] == by_duckdb == served(spark)
    assert version.row_count == 3


def test_a_table_that_was_dropped_and_recreated_is_refused_and_nothing_is_published(spark, shop):
    before = publish(spark, shop)
    spark.sql("drop table shop.shop_orders").collect()
    shutil.rmtree(shop.home / "tables" / "shop" / "shop_orders", ignore_errors=True)
    fill(spark, "(1, 666)")
    with pytest.raises(ReleaseRefused, match=r"recreated since release 20260601_1(.|\n)*Way out"):
        publish(spark, shop, DAY + timedelta(days=1))
    with pytest.raises(ReleaseRefused, match="recreated"):
        release.roll_back(spark, shop, before.release_id)
    assert [one.release_id for one in release.list_releases(shop)] == ["20260601_1"]


def test_a_table_that_was_never_built_is_refused(spark, shop):
    with pytest.raises(ReleaseRefused, match=r"shop\.nothing has not been built"):
        publish(spark, shop, tables=[ORDERS, ReleasedTable("nothing", schema="shop")])
    assert release.list_releases(shop) == []


def test_a_table_with_deletion_vectors_is_refused(spark, shop):
    spark.sql("alter table shop.shop_orders set tblproperties ('delta.enableDeletionVectors' = 'true')").collect()
    with pytest.raises(ReleaseRefused, match="deletionVectors"):
        publish(spark, shop)


def test_rolling_back_serves_the_earlier_rows_and_ends_the_later_release(spark, shop):
    first = publish(spark, shop)
    fill(spark, "(1, 11), (2, 20), (5, 50)")
    second = publish(spark, shop, DAY + timedelta(days=1))
    changed = release.compare(shop, first.release_id, second.release_id)
    assert [(one.added, one.removed, one.changed) for one in changed] == [(1, 1, 1)]
    restored = release.roll_back(spark, shop, first.release_id)
    assert served(spark) == [(1, 10), (2, 20), (3, 30)]
    assert (restored.kind, restored.restored_release_id) == ("roll_back", "20260601_1")
    assert [(one.release_id, one.is_active) for one in release.list_releases(shop)] == [
        ("20260601_1", True),
        ("20260602_1", False),
        ("20260601_2", True),
    ]
    assert release.as_of(shop, DAY + timedelta(days=9)).release_id == "20260601_2"


def test_the_newest_date_run_again_supersedes_its_release(spark, shop):
    publish(spark, shop)
    fill(spark, "(1, 12)")
    again = publish(spark, shop)
    assert (again.release_id, served(spark)) == ("20260601_2", [(1, 12)])
    assert release.as_of(shop, DAY).release_id == "20260601_2"


def test_an_older_date_run_again_does_not_take_consumers_back(spark, shop):
    publish(spark, shop)
    fill(spark, "(2, 22)")
    newest = publish(spark, shop, DAY + timedelta(days=1))
    fill(spark, "(1, 13)")
    publish(spark, shop)
    assert served(spark) == [(2, 22)]
    assert release.current(shop).release_id == newest.release_id
    assert release.read_as_of(shop, "shop.shop_orders", DAY).to_table().to_pylist() == [{"order_id": 1, "amount": 13}]


def test_as_of_a_date_before_the_first_release_says_which_is_the_first(spark, shop):
    publish(spark, shop)
    with pytest.raises(release.UnknownRelease, match="first one is for 2026-06-01"):
        release.as_of(shop, DAY - timedelta(days=1))


def test_views_of_a_publish_that_was_cut_short_are_completed_by_the_next(spark, shop):
    publish(spark, shop)
    (shop.home / "releases" / "served.json").unlink()
    spark.sql("create or replace view serving.shop_orders as select 0 as order_id, 0 as amount").collect()
    from spark_jobs.release.publishing import finish_publish

    finish_publish(spark, shop)
    assert served(spark) == [(1, 10), (2, 20), (3, 30)]


def test_a_release_keeps_the_sql_that_made_it_and_says_what_columns_mean(spark, shop):
    target = shop.home / "dbt" / "target"
    (target / "compiled").mkdir(parents=True)
    (target / "compiled" / "shop_orders.sql").write_text("select 1")
    told = {"order_id": {"description": "Identifier of the customer's order"}}
    node = {"resource_type": "model", "schema": "shop", "name": "shop_orders", "description": "Orders", "columns": told}
    (target / "manifest.json").write_text(json.dumps({"nodes": {"model.shop_orders": node}}))
    first = publish(spark, shop)
    (target / "compiled" / "shop_orders.sql").write_text("select 2")
    publish(spark, shop, DAY + timedelta(days=1))

    restored = release.roll_back(spark, shop, first.release_id)

    kept = shop.home / "releases" / restored.release_id
    assert (kept / "compiled" / "shop_orders.sql").read_text() == "select 1"
    assert len(json.loads((kept / "definitions.json").read_text())["spark_jobs/entities/parties.yml"]) == 64
    described = {row[0]: row[2] for row in spark.sql("describe serving.shop_orders").collect()}
    assert described == {"order_id": "Identifier of the customer's order", "amount": None}


def test_a_view_over_another_version_is_noticed_and_nothing_is_published(spark, shop, monkeypatch):
    from spark_jobs.release import views

    fill(spark, "(1, 10), (2, 20), (4, 30)")
    honest = views.statements
    monkeypatch.setattr(
        views, "statements", lambda *given: [one.replace("as of 1", "as of 0") for one in honest(*given)]
    )
    with pytest.raises(ReleaseRefused, match="would not serve"):
        publish(spark, shop)
    assert release.list_releases(shop) == []


def test_a_month_end_is_archived_once_the_next_month_has_a_release(spark, shop):
    publish(spark, shop, date(2026, 5, 29))
    assert archive_months(shop) == []
    publish(spark, shop, DAY)
    assert archive_months(shop) == ["2026-05"]
    assert archive_months(shop) == []
    assert DeltaTable(str(shop.home / "archive" / "2026-05" / "shop_orders")).to_pyarrow_table().num_rows == 3


def test_maintenance_keeps_what_releases_read_and_waits_for_a_publish(spark, shop):
    first = publish(spark, shop)
    fill(spark, "(9, 90)")
    report = release.maintain(spark, shop, schemas=("shop",))
    assert report.orphan_folders == []
    assert read_version(shop.home, first.tables["shop.shop_orders"]).count_rows() == 3
    with (
        release_lock(shop, "publish of a day"),
        pytest.raises(LakehouseBusy, match="publish of a day"),
        release_lock(shop, "maintenance", wait_seconds=0.1),
    ):
        pass


def test_a_table_that_the_metastore_lost_is_missing_until_it_is_repaired(spark, lakehouse, shop):
    path = lakehouse.home / "tables" / "marts" / "lost_and_found"
    spark.range(3).write.format("delta").save(str(path))
    assert "marts.lost_and_found" in release.missing_tables(spark, lakehouse)
    assert "marts.lost_and_found" in release.repair(spark, lakehouse)
    assert spark.sql("select count(id) from marts.lost_and_found").collect()[0][0] == 3
    assert release.missing_tables(spark, lakehouse) == []
    with pytest.raises(MetastoreElsewhere, match="delete"):
        release.repair(spark, shop)
    spark.sql("drop table marts.lost_and_found").collect()
    shutil.rmtree(path, ignore_errors=True)
