from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from infra.demo_bank import postgres
from spark_jobs.catalog.loading import load_catalog
from spark_jobs.catalog.models import Catalog, Column, Load, Server, Source
from spark_jobs.landing import jdbc, land_system
from spark_jobs.ledger import Ledger
from spark_jobs.settings import load_settings
from tests.miniature import CATALOG_ROOT
from tests.miniature.deliveries import posting, write_postings

MONDAY, TUESDAY = date(2026, 6, 1), date(2026, 6, 2)
QUERY = "select id, amount, opened_at, note from cases where delivery_date = date '{date}'"
SERVER = Server("demo", "jdbc", "", options={"url": "{env:TEST_DATABASE}", "query": QUERY})
COLUMNS = tuple(Column(name, "string") for name in ("id", "amount", "opened_at", "note"))
CASES = Source("service", "cases", "1.0.0", "o", "d", COLUMNS, Load("append"), (), (SERVER,))


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """Address of a PostgreSQL database with two cases on Monday and one on Tuesday."""
    try:
        server = postgres.start(tmp_path_factory.mktemp("database"))
    except postgres.UnavailableError as reason:
        pytest.skip(str(reason))
    postgres.sql(
        server,
        "create table cases (delivery_date date, id int, amount numeric(20,4), opened_at timestamp, note text);"
        "insert into cases values ('2026-06-01', 2, 12.5, '2026-05-31 10:00:00', '王芳'),"
        "('2026-06-01', 1, null, null, ''), ('2026-06-02', 3, 0, '2026-06-01 00:00:00', 'x')",
    )
    yield server.jdbc_url
    postgres.stop(server)


def land(settings, day):
    return land_system(Catalog({CASES.name: CASES}, {}), settings, "service", day, f"run {day}")[0]


def test_a_source_without_its_database_is_skipped_with_a_reason(tmp_path, monkeypatch):
    monkeypatch.delenv("TEST_DATABASE", raising=False)
    result = land(load_settings(home=tmp_path), MONDAY)
    assert result.skipped == "its database is not set up here: TEST_DATABASE is not set"
    assert Ledger(tmp_path).deliveries() == []


def test_a_query_lands_once_a_date_as_text(lakehouse, database, tmp_path, monkeypatch):
    settings = lakehouse.model_copy(update={"home": tmp_path, "remote": lakehouse.spark_remote})
    monkeypatch.setenv("TEST_DATABASE", database)
    assert land(settings, MONDAY).stored == 2
    assert land(settings, MONDAY).deliveries == ()
    assert land(settings, TUESDAY).stored == 1
    table = DeltaTable(str(tmp_path / "tables/bronze/service__cases"))
    rows = ds.dataset(table.file_uris()).to_table().sort_by("id").select(["id", "amount", "opened_at", "note"])
    assert [tuple(row.values()) for row in rows.to_pylist()] == [
        ("1", None, None, None),
        ("2", "12.5000", "2026-05-31 10:00:00", "王芳"),
        ("3", "0.0000", "2026-06-01 00:00:00", "x"),
    ]


def test_spark_reads_what_landing_wrote(spark, tmp_path):
    settings = load_settings(home=tmp_path, catalog_root=CATALOG_ROOT)
    write_postings(settings.inbox, "2026-06-01", [posting("t1"), posting("t2")])
    write_postings(settings.inbox, "2026-06-02", [posting("t3", amount="7.50")])
    land_system(load_catalog(CATALOG_ROOT), settings, "bank", TUESDAY, "r")
    first, second = Ledger(tmp_path).accepted("bank/postings")
    bronze = spark.read.format("delta").load(str(tmp_path / "tables/bronze/bank__postings"))
    rows = bronze.where(bronze["_delivery_id"] == second.delivery_id).collect()
    assert [(row.posting_id, row.amount, row._delivery_date, row._row_number) for row in rows] == [
        ("t3", "7.50", TUESDAY, 1)
    ]
    assert bronze.where(bronze["_delivery_id"] == first.delivery_id).count() == 2
    ledger = spark.read.format("delta").load(str(tmp_path / "tables/governance/deliveries"))
    assert sorted(row.delivered_rows for row in ledger.collect()) == [1, 2]


def test_a_fetched_file_is_not_fetched_again_by_a_rerun(tmp_path, monkeypatch):
    @contextmanager
    def no_session(*_):
        raise AssertionError("the database was read again")
        yield

    monkeypatch.setenv("TEST_DATABASE", "jdbc:postgresql://nowhere/")
    monkeypatch.setattr(jdbc, "spark_session", no_session)
    fetched = tmp_path / "landing/service/cases/2026-06-01/cases.parquet"
    fetched.parent.mkdir(parents=True)
    pq.write_table(pa.table({name: ["1"] for name in ("id", "amount", "opened_at", "note")}), fetched)
    assert land(load_settings(home=tmp_path), MONDAY).stored == 1


def test_what_stands_in_braces_is_taken_from_the_environment(monkeypatch):
    monkeypatch.setenv("HOST", "db.bank")
    monkeypatch.setenv("SECRET", "s3")
    options = replace(SERVER, options={"url": "jdbc:postgresql://{env:HOST}/x", "password_variable": "SECRET"}).options
    assert jdbc.connection(options) == {"url": "jdbc:postgresql://db.bank/x", "password": "s3"}
