"""Compiled models: the same definitions give the same bytes, and these are the ones written by hand in tests/golden."""

from pathlib import Path

import pytest

from dbt_project.compile import PROJECT, compile_models, copy_project
from spark_jobs.catalog.models import Catalog, Column, Entity, Load, Server, Source

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "staging"


@pytest.fixture
def catalog():
    prices = Entity(
        "prices", "1.0.0", "Market data", "One row per price.", (Column("instrument_id", "string", "Instrument"),)
    )
    cards = Entity(
        "cards",
        "1.0.0",
        "Cards",
        "One row per card.",
        (Column("card_id", "string"), Column("status_code", "string")),
        "scd2",
    )
    weekly = Load("append", calendar="weekly:mon", is_required=False)
    rates = Source(
        "fx", "rates", "1.0.0", "Treasurer's desk", "Rates", (), weekly, (), (Server("demo", "csv", "{inbox}/fx"),)
    )
    absent = Source("ecb", "rates", "1.0.0", "ECB", "Rates", (), weekly, (), (Server("real", "csv", "{data}/fx"),))
    return Catalog({"ecb/rates": absent, "fx/rates": rates}, {"cards": cards, "prices": prices})


def test_models_are_those_written_by_hand(catalog, tmp_path):
    compile_models(catalog, "demo", tmp_path / "generated")
    expected = {path.name: path.read_text(encoding="utf-8") for path in GOLDEN.iterdir()}
    actual = {name: (tmp_path / "generated" / name).read_text(encoding="utf-8") for name in expected}
    assert len(expected) == 6
    assert actual == expected


def test_compiling_twice_gives_the_same_bytes(catalog, tmp_path):
    first = {path.name: path.read_bytes() for path in compile_models(catalog, "demo", tmp_path)}
    second = {path.name: path.read_bytes() for path in compile_models(catalog, "demo", tmp_path)}
    assert len(first) == 14
    assert first == second


def test_a_model_of_an_entity_that_is_gone_is_removed(catalog, tmp_path):
    compile_models(catalog, "demo", tmp_path)
    compile_models(Catalog({}, {"prices": catalog.entities["prices"]}), "demo", tmp_path)
    assert not (tmp_path / "stg_silver__cards.sql").exists()
    assert (tmp_path / "stg_silver__prices.sql").exists()


def test_a_bank_without_sources_has_an_empty_list_of_them(catalog, tmp_path):
    compile_models(catalog, "nowhere", tmp_path)
    assert (tmp_path / "stg_catalog__sources.sql").read_text(encoding="utf-8").endswith("where false\n")


def test_an_entity_that_was_never_delivered_has_no_rows(catalog, tmp_path):
    compile_models(catalog, "demo", tmp_path, missing=["prices"])
    assert (tmp_path / "stg_silver__prices.sql").read_text(encoding="utf-8") == (
        "-- nothing that feeds prices was ever delivered\n"
        "select\n"
        "    cast(null as string) as instrument_id,\n"
        "    cast(null as string) as source_system,\n"
        "    cast(null as date) as _changed_date\n"
        "where false\n"
    )


def test_before_identity_has_run_every_party_is_a_customer_and_a_household_of_its_own(catalog, tmp_path):
    compile_models(catalog, "demo", tmp_path)
    for table in ("customer_records", "households", "household_members"):
        sql = (tmp_path / f"stg_identity__{table}.sql").read_text(encoding="utf-8")
        assert "ref('stg_silver__parties')" in sql
        assert "party_id as h" in sql or "party_id as customer_id" in sql


def test_what_identity_wrote_is_read_column_by_column(catalog, tmp_path):
    compile_models(catalog, "demo", tmp_path, identity={"customer_ids"})
    sql = (tmp_path / "stg_identity__customer_ids.sql").read_text(encoding="utf-8")
    assert sql == (
        "select\n    customer_id,\n    current_customer_id,\n    moved_date\n"
        "from {{ source('identity', 'customer_ids') }}\n"
    )


def test_each_home_has_a_project_of_its_own(catalog, tmp_path):
    one, other = copy_project(tmp_path / "one"), copy_project(tmp_path / "other")
    compile_models(catalog, "demo", one / "models" / "generated")
    (other / "models" / "marts" / "left.sql").write_text("select 1", encoding="utf-8")

    again = copy_project(other)

    by_hand = {path.relative_to(PROJECT / "models") for path in (PROJECT / "models").rglob("*")}
    assert {path.relative_to(again / "models") for path in (again / "models").rglob("*")} == by_hand
    assert (one / "models" / "generated" / "stg_silver__cards.sql").exists()
