"""The views that unpack tags, made by Spark over words and catalogue, against the words themselves."""

from datetime import date

import pyarrow as pa
import pytest

from dbt_project.tags.catalogue import catalogue_rows
from dbt_project.tags.loading import load_tags
from dbt_project.tags.publishing import found_in
from dbt_project.tags.statement import Plan
from spark_jobs.io import register
from spark_jobs.ledger import Store
from spark_jobs.release.tag_views import long_view, wide_view
from spark_jobs.session import close, connect
from spark_jobs.tags.index import INDEX, index_rows
from tests.unit.tags.world import plan_of, words_of, write_family

DAY = date(2026, 6, 1)
CUSTOMERS = [
    {"customer_id": "c1", "total_asset_amount": 5000.0, "segment_code": "ultra", "kyc_reviewed_date": date(2026, 5, 1)},
    {"customer_id": "c2", "total_asset_amount": 10.0},
    {"customer_id": "c3"},
]


@pytest.fixture(scope="module")
def views(lakehouse, tmp_path_factory):
    root = tmp_path_factory.mktemp("families")
    for number in range(70):
        write_family(root, f"wealth/above_{number}", f"total_asset_amount > {number}")
    write_family(root, "wealth/amount", "total_asset_amount", "number")
    write_family(root, "profile/segment", "segment_code", "category")
    write_family(root, "profile/reviewed", "kyc_reviewed_date", "date")
    plan = plan_of(root)
    words = words_of(plan, CUSTOMERS)
    words = words.append_column("as_of_date", pa.array([DAY] * 3, pa.date32()))
    index = pa.Table.from_batches(index_rows(words, plan.slots), INDEX)
    found = found_in(plan, words, index)
    rows = catalogue_rows(plan, found, None, DAY)
    store, spark = Store(lakehouse.home), connect(lakehouse, "tags", "views")
    for name, table in {"customer_tag_words": words, "tag_catalogue": rows}.items():
        store.replace(f"tag_views.{name}", table)
        register(spark, lakehouse, f"tag_views.{name}")
    tags = rows.to_pylist()
    spark.sql(long_view("tag_views", tags)).collect()
    for domain in ("wealth", "profile"):
        spark.sql(wide_view("tag_views", domain, [one for one in tags if one["domain"] == domain])).collect()
    yield spark
    spark.sql("drop schema tag_views cascade").collect()
    close(spark)


def test_the_wide_view_has_a_column_for_each_tag(views):
    sql = "select above_0, above_9, above_63, above_69, amount from tag_views.tags_wealth order by customer_id"
    assert [tuple(row) for row in views.sql(sql).collect()] == [
        (True, True, True, True, 5000.0), (True, True, False, False, 10.0), (None, None, None, None, None),
    ]  # fmt: skip
    row = views.sql("select segment, reviewed, as_of_date from tag_views.tags_profile where customer_id = 'c1'").first()
    assert tuple(row) == ("ultra", date(2026, 5, 1), DAY)


def test_views_of_all_shipped_tags_fit_into_the_metastore(views, lakehouse):
    plan = Plan(load_tags())
    words = words_of(plan, CUSTOMERS).append_column("as_of_date", pa.array([DAY] * 3, pa.date32()))
    store = Store(lakehouse.home)
    store.replace("tag_views_shipped.customer_tag_words", words)
    register(views, lakehouse, "tag_views_shipped.customer_tag_words")
    tags = [
        {"tag_id": one.tag_id, "domain": one.domain, "name": plan.catalog.tags[one.tag_id].name, "store": one.store,
         "position": one.position, "bit": one.bit} for one in plan.slots
    ]  # fmt: skip
    for domain in sorted({one["domain"] for one in tags}):
        of_domain = [one for one in tags if one["domain"] == domain]
        views.sql(wide_view("tag_views_shipped", domain, of_domain)).collect()
        assert len(views.table(f"tag_views_shipped.tags_{domain}").columns) == len(of_domain) + 2
    row = views.sql("select assets_at_least_10k from tag_views_shipped.tags_assets order by customer_id").collect()
    assert [one[0] for one in row] == [False, False, None]
    views.sql("drop schema tag_views_shipped cascade").collect()


def test_the_long_view_has_a_row_for_each_customer_and_tag(views):
    assert views.sql("select count(*) from tag_views.customer_tags").first()[0] == 3 * 73
    sql = "select tag_id, is_true, number_value, text_value, date_value, value from tag_views.customer_tags"
    wanted = "where customer_id = 'c1' and tag_id in ('above_69', 'amount', 'segment', 'reviewed') order by tag_id"
    assert [tuple(row) for row in views.sql(f"{sql} {wanted}").collect()] == [
        ("above_69", True, None, None, None, "true"), ("amount", None, 5000.0, None, None, "5000.0"),
        ("reviewed", None, None, None, date(2026, 5, 1), "2026-05-01"), ("segment", None, None, "ultra", None, "ultra"),
    ]  # fmt: skip


def test_one_tag_of_all_customers_is_what_the_words_say(views):
    sql = "select customer_id, is_true from tag_views.customer_tags where tag_id = 'above_63' order by customer_id"
    assert [tuple(row) for row in views.sql(sql).collect()] == [("c1", True), ("c2", False), ("c3", None)]
