"""Gates over real Delta tables: what fails is counted, kept row by row, recorded, shown, and stops the run."""

from datetime import date

import pyarrow as pa
import pytest

from expectations.gate import GateFailed, gate_tables, run_gate
from expectations.results import QUALITY_RESULTS, GateRun
from spark_jobs.catalog.models import Catalog
from spark_jobs.ledger import Ledger, Reconciliation
from spark_jobs.ledger.store import Store

DAY = date(2026, 6, 1)
SUITE = """description: Orders are whole.
owner: Shop
key: [order_id]
expectations:
  - {type: ExpectColumnValuesToBeUnique, name: one_row, severity: critical, description: Once, column: order_id}
  - {type: ExpectColumnValuesToBeBetween, name: positive, severity: SEVERITY, description: Positive,
     column: amount, min_value: 0}
  - {type: ExpectColumnValuesToNotBeNull, name: known, severity: warning, description: Known,
     column: amount, mostly: 0.6}
  - {type: ExpectRowsToMeetCondition, name: even, severity: warning, description: Even,
     column: amount, condition: amount % 2 = 0}
  - {type: ExpectColumnValuesToExistInTable, name: has_customer, severity: warning, description: Customer is known,
     column: customer_id, reference: marts.gate_customers.customer_id}
  - {type: ExpectTableRowCountToBeBetween, name: volume, severity: warning, description: No collapse,
     min_value: 80 % of last}
"""


@pytest.fixture
def shop(spark, lakehouse, tmp_path):
    """A home of its own with four orders: one negative, one without an amount, one of an unknown customer."""
    home = tmp_path / "home"
    orders = spark.sql(
        "select * from values (1, 10, 'a'), (2, -4, 'a'), (3, null, 'b'), (4, 7, 'z') "
        "as t(order_id, amount, customer_id)"
    )
    orders.write.format("delta").save(str(home / "tables" / "marts" / "gate_orders"))
    customers = spark.sql("select * from values ('a'), ('b') as t(customer_id)")
    customers.write.format("delta").save(str(home / "tables" / "marts" / "gate_customers"))
    return lakehouse.model_copy(update={"home": home})


def gate(spark, settings, tmp_path, suite=SUITE, *, severity="warning", run_id="run-1", day=DAY):
    folder = tmp_path / "suites" / "marts"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gate_orders.yml").write_text(suite.replace("SEVERITY", severity))
    return gate_tables(spark, settings, Catalog({}, {}), GateRun("marts", day, run_id, tmp_path / "suites"))


def results(settings):
    return {row["rule_name"]: row for row in Store(settings.home).read(QUALITY_RESULTS).to_pylist()}


def failing(spark, settings):
    rows = spark.read.format("delta").load(str(settings.home / "tables" / "quarantine" / "failing_rows"))
    return sorted((row["rule"], row["key"], row["value"]) for row in rows.collect())


def test_warnings_are_counted_kept_row_by_row_recorded_and_shown(spark, shop, tmp_path):
    result = gate(spark, shop, tmp_path)
    recorded = {
        name: (row["success"], row["evaluated_rows"], row["failed_rows"]) for name, row in results(shop).items()
    }
    assert recorded == {
        "one_row": (True, 4, 0),
        "positive": (False, 4, 1),
        "known": (True, 4, 1),
        "even": (False, 4, 1),
        "has_customer": (False, 4, 1),
        "volume": (True, 4, None),
        "evaluated_equals_defined": (True, 4, None),
    }
    assert failing(spark, shop) == [
        ("even", "order_id=4", "7"),
        ("has_customer", "order_id=4", "z"),
        ("positive", "order_id=2", "-4"),
    ]
    assert result.docs.exists()
    assert "gate_orders" in result.docs.read_text()


def test_a_critical_failure_stops_the_run_and_says_table_rule_rows_owner_and_place(spark, shop, tmp_path):
    with pytest.raises(GateFailed) as caught:
        gate(spark, shop, tmp_path, severity="critical")
    told = str(caught.value)
    assert "marts.gate_orders: positive, 1 of 4 rows" in told
    assert "Owner: Shop" in told
    assert "quarantine.failing_rows where run_id = 'run-1'" in told
    assert results(shop)["positive"]["success"] is False


def test_a_gate_that_runs_again_replaces_its_failing_rows(spark, shop, tmp_path):
    gate(spark, shop, tmp_path)
    gate(spark, shop, tmp_path)
    assert len(failing(spark, shop)) == 3


def test_an_expectation_that_cannot_be_evaluated_is_a_critical_failure_of_its_own(spark, shop, tmp_path):
    broken = SUITE.replace("condition: amount % 2 = 0", "condition: nonsense(amount)")
    with pytest.raises(GateFailed, match="evaluated_equals_defined"):
        gate(spark, shop, tmp_path, broken)
    row = results(shop)["even"]
    assert (row["is_evaluated"], row["success"]) == (False, False)
    assert "nonsense" in row["error"]
    assert results(shop)["positive"]["failed_rows"] == 1


def test_repeated_keys_are_counted_and_kept_also_within_a_row_condition(spark, shop, tmp_path):
    suite = """description: Repeats.
key: [order_id]
expectations:
  - {type: ExpectColumnValuesToBeUnique, name: plain, severity: warning, description: Once, column: customer_id}
  - {type: ExpectCompoundColumnsToBeUnique, name: pair, severity: warning, description: Once,
     column_list: [customer_id, order_id]}
  - {type: ExpectColumnValuesToBeUnique, name: of_some, severity: warning, description: Once, column: customer_id,
     row_condition: order_id > 1}
"""
    gate(spark, shop, tmp_path, suite)
    assert {
        name: row["failed_rows"] for name, row in results(shop).items() if name in ("plain", "pair", "of_some")
    } == {
        "plain": 2,
        "pair": 0,
        "of_some": 0,
    }
    assert failing(spark, shop) == [("plain", "order_id=1", "a"), ("plain", "order_id=2", "a")]


def test_a_table_that_shrank_since_the_last_business_date_is_noticed(spark, shop, tmp_path):
    gate(spark, shop, tmp_path, day=date(2026, 5, 29))
    path = str(shop.home / "tables" / "marts" / "gate_orders")
    spark.sql(f"delete from delta.`{path}` where order_id > 1").collect()
    gate(spark, shop, tmp_path, run_id="run-2")
    rows = Store(shop.home).read(QUALITY_RESULTS).to_pylist()
    assert {row["run_id"]: row["success"] for row in rows if row["rule_name"] == "volume"} == {
        "run-1": True,
        "run-2": False,
    }


def test_a_suite_with_a_date_column_looks_at_rows_of_the_business_date_only(spark, shop, tmp_path):
    suite = SUITE.replace("key: [order_id]", "key: [order_id]\ndate_column: day")
    path = str(shop.home / "tables" / "marts" / "gate_orders")
    dated = spark.sql("select 1 as order_id, -5 as amount, 'a' as customer_id, date'2026-05-29' as day union all "
                      f"select 2, 8, 'a', date'{DAY}'")  # fmt: skip
    dated.write.format("delta").mode("overwrite").option("overwriteSchema", "true").save(path)
    gate(spark, shop, tmp_path, suite, severity="critical")
    assert {name: row["evaluated_rows"] for name, row in results(shop).items() if name in ("positive", "even")} == {
        "positive": 1, "even": 1,
    }  # fmt: skip
    with pytest.raises(GateFailed, match="positive, 1 of 1 rows"):
        gate(spark, shop, tmp_path, suite, severity="critical", day=date(2026, 5, 29))


def test_bronze_rows_that_do_not_balance_stop_the_run(spark, shop):
    ledger = Ledger(shop.home)
    balanced = Reconciliation("bronze", "crm/persons", "d1", delivered=5, stored=4, quarantined=1, run_id="run-1")
    ledger.add_reconciliation([balanced])
    assert run_gate(spark, shop, Catalog({}, {}), "bronze", DAY, "run-1").expectations == 3
    ledger.add_reconciliation([Reconciliation("bronze", "crm/persons", "d2", delivered=5, stored=4, run_id="run-2")])
    with pytest.raises(GateFailed, match=r"rows_balance, 1 of 1 rows(.|\n)*crm/persons d2"):
        run_gate(spark, shop, Catalog({}, {}), "bronze", DAY, "run-2")


@pytest.mark.parametrize(("values", "expected"), [([1, 2, 3, 2], True), ([1, 2, 3, 4], False)])
def test_hashes_that_repeat_are_found_across_partitions(values, expected):
    from expectations.uniqueness import count_repeats, sort_into

    halves = [values[:2], values[2:]]
    batches = [pa.RecordBatch.from_arrays([pa.array(half, pa.int64())], names=["hash"]) for half in halves]
    buckets = [bucket for batch in batches for bucket in sort_into(4)([batch])]
    assert (next(count_repeats()(buckets)).column(0)[0].as_py() > 0) is expected
