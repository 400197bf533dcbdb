"""Two customers who become one and two again, through to the releases; and all days against one build of the last."""

from decimal import Decimal

import pytest

from dbt_project.released import released_tables
from dbt_project.run import build, target_folder
from spark_jobs import release
from spark_jobs.session import connect
from tests.fixtures.duckdb_twin import build_twin, differences, models_in_order, open_twin
from tests.integration.marts.bank import FRIDAY, THURSDAY, everything

pytestmark = pytest.mark.slow


def test_two_customers_become_one_with_all_their_dates(days):
    joined = days[THURSDAY]
    both = joined.customer_of["bela"]
    assert both == joined.customer_of["cora"]
    row = joined.customers[both]
    assert (row["cash_amount"], row["loan_amount"], row["records_count"]) == (Decimal("100.01"), 100, 2)
    assert {row["customer_id"] for row in joined.customer_days} <= set(joined.customer_of.values())
    own = [row["as_of_date"].day for row in joined.customer_days if row["customer_id"] == both]
    assert sorted(own) == [1, 2, 3, 4]


def test_one_customer_becomes_two_again_with_all_their_dates(days):
    joined, parted = days[THURSDAY], days[FRIDAY]
    bela, cora = parted.customer_of["bela"], parted.customer_of["cora"]
    assert bela != cora and joined.customer_of["bela"] in (bela, cora)
    cash = {row["customer_id"]: row["cash_amount"] for row in parted.customer_days if row["as_of_date"].day == 2}
    assert cash[bela] + cash[cora] == Decimal("100.01")


def test_what_is_served_is_the_release_and_not_what_was_built(lakehouse, days):
    joined, parted = days[THURSDAY], days[FRIDAY]
    assert joined.served_after == set(joined.customers) == parted.served_before
    assert parted.served_after == set(parted.customers) != joined.served_after
    assert release.as_of(lakehouse, THURSDAY).release_id == joined.release.release_id


def test_building_all_at_once_gives_the_same_tables_in_both_engines(lakehouse, days):
    """Four builds with a late posting, merges and a split, against one build of the last date."""
    session = connect(lakehouse, "marts", "read-days")
    day_by_day = {table: everything(session, table) for table in released_tables()}
    build(lakehouse, "", str(FRIDAY), "marts-whole", full_refresh=True)
    session = connect(lakehouse, "marts", "read-whole")
    assert {table: everything(session, table) for table in released_tables()} == day_by_day
    models = models_in_order(target_folder(lakehouse) / "manifest.json")
    assert len(models) >= 30
    twin = open_twin(lakehouse.home)
    build_twin(twin, models)
    for table in released_tables():
        rows, only_spark, only_duckdb = differences(twin, lakehouse.home / "tables" / "marts" / table, f"marts.{table}")
        assert (only_spark, only_duckdb) == (0, 0), table
        assert rows > 0, table
