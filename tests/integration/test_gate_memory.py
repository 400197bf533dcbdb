"""A gate that reads new files only finds what one that reads every row finds, whatever happened to the tables."""

import random
from collections import Counter
from datetime import date

import pytest
from deltalake import DeltaTable

from expectations.gate import gate_tables
from expectations.results import QUALITY_RESULTS, GateRun
from spark_jobs.catalog.models import Catalog
from spark_jobs.ledger.store import Store

DAY = date(2026, 6, 1)
SUITE = """description: Orders are whole.
key: [order_id]
expectations:
  - {type: ExpectColumnValuesToBeUnique, name: one_row, severity: warning, description: Once, column: order_id}
  - {type: ExpectColumnValuesToBeUnique, name: one_large, severity: warning, description: Once, column: amount,
     row_condition: amount > 90}
  - {type: ExpectColumnValuesToBeBetween, name: positive, severity: warning, description: Positive, column: amount,
     min_value: 0}
  - {type: ExpectRowsToMeetCondition, name: even, severity: warning, description: Even, column: amount,
     condition: amount % 2 = 0}
  - {type: ExpectColumnValuesToExistInTable, name: has_customer, severity: warning, description: Customer is known,
     column: customer_id, reference: marts.gate_customers.customer_id}
  - {type: ExpectColumnMaxToBeBetween, name: largest, severity: warning, description: Bounded, column: amount,
     max_value: 1000}
"""
OF_ALL_ROWS = """  - {type: ExpectColumnUniqueValueCountToBeBetween, name: customers, severity: warning,
     description: Some, column: customer_id, min_value: 1}
"""
KEYS = """description: Customers.
key: [customer_id]
expectations:
  - {type: ExpectColumnValuesToBeUnique, name: one_customer, severity: warning, description: Once, column: customer_id}
"""
ORDERS, CUSTOMERS = "gate_orders", "gate_customers"
STEPS = {
    "nothing": "select 1",
    "append": "insert into {orders} select id + {n}, id * 3 - 2, array('a', 'b', 'd', null)[id % 4] from range(5)",
    "repeat": "insert into {orders} select order_id, amount, customer_id from {orders} limit 1",
    "update": "update {orders} set amount = amount + 1 where order_id % 5 = {n} % 5",
    "delete": "delete from {orders} where order_id % 7 = {n} % 7",
    "optimize": "optimize {orders}",
    "merge": "merge into {orders} t using (select id + {n} - 3 as order_id from range(6)) s on t.order_id = s.order_id "
             "when matched then update set customer_id = 'c' "
             "when not matched then insert (order_id, amount, customer_id) values (s.order_id, 92, 'z')",
    "customer_comes": "insert into {customers} values ('{letter}')",
    "customer_leaves": "delete from {customers} where customer_id = '{letter}'",
    "customers_are_rewritten": "optimize {customers}",
}  # fmt: skip


@pytest.fixture
def shop(spark, lakehouse, tmp_path):
    """A home with twenty orders in two files, counted file by file, and the customers that they name."""
    home = tmp_path / "home"
    for name, rows in {
        ORDERS: "select id as order_id, id * 5 - 10 as amount, array('a', 'b', 'c')[id % 3] as customer_id "
                "from range(0, 20, 1, 2)",
        CUSTOMERS: "select * from values ('a'), ('b'), ('c') as t(customer_id)",
    }.items():  # fmt: skip
        spark.sql(rows).write.format("delta").save(str(home / "tables" / "marts" / name))
    return lakehouse.model_copy(update={"home": home, "large_rows": 0})


def gate(spark, settings, folder, suite=SUITE, run_id="run-1", day=DAY):
    """Results by rule, and rows read by table."""
    (folder / "marts").mkdir(parents=True, exist_ok=True)
    (folder / "marts" / f"{ORDERS}.yml").write_text(suite)
    (folder / "marts" / f"{CUSTOMERS}.yml").write_text(KEYS)
    result = gate_tables(spark, settings, Catalog({}, {}), GateRun("marts", day, run_id, folder))
    found = {one.definition.name: (one.failed_rows if one.observed is None else one.observed)
             for table in result.tables for one in table.outcomes}  # fmt: skip
    return found, {table.suite.table: table.rows_read for table in result.tables}


def do(spark, settings, step, n=0):
    names = {name: f"delta.`{settings.home}/tables/marts/gate_{name}`" for name in ("orders", "customers")}
    spark.sql(STEPS[step].format(**names, n=100 + 10 * n, letter="abcd"[n % 4])).collect()


def rows_of(settings, name):
    return DeltaTable(settings.home / "tables" / "marts" / name).to_pyarrow_table().to_pylist()


def truth(settings):
    """The same results from all rows, without Spark."""
    orders = rows_of(settings, ORDERS)
    customers = [row["customer_id"] for row in rows_of(settings, CUSTOMERS)]
    amounts = [row["amount"] for row in orders]
    return {
        "one_row": repeated([row["order_id"] for row in orders]),
        "one_large": repeated([amount for amount in amounts if amount > 90]),
        "positive": sum(amount < 0 for amount in amounts),
        "even": sum(amount % 2 != 0 for amount in amounts),
        "has_customer": sum(row["customer_id"] not in (None, *customers) for row in orders),
        "largest": str(max(amounts)),
        "customers": str(len({row["customer_id"] for row in orders} - {None})),
        "one_customer": repeated(customers),
        "evaluated_equals_defined": None,
    }


def repeated(values):
    return sum(count for count in Counter(values).values() if count > 1)


@pytest.mark.parametrize(("large_rows", "seed"), [(0, 1), (1_000_000, 2)])
def test_results_are_those_of_a_full_scan_whatever_happened_to_the_tables(spark, shop, tmp_path, large_rows, seed):
    settings = shop.model_copy(update={"large_rows": large_rows})
    steps = ["nothing", *random.Random(seed).sample(sorted(STEPS), len(STEPS)), "merge", "append"]
    for n, step in enumerate(steps):
        do(spark, settings, step, n)
        found, _ = gate(spark, settings, tmp_path / "suites", SUITE + OF_ALL_ROWS, run_id=f"run-{n}")
        assert found == truth(settings), f"after {steps[: n + 1]}"


def test_only_rows_of_new_files_are_read_and_none_where_nothing_changed(spark, shop, tmp_path):
    def read():
        return gate(spark, shop, tmp_path / "suites")[1]

    assert read() == {ORDERS: 20, CUSTOMERS: 3}
    assert read() == {ORDERS: 0, CUSTOMERS: 0}
    do(spark, shop, "append")
    assert read() == {ORDERS: 5, CUSTOMERS: 0}
    do(spark, shop, "optimize")
    assert read() == {ORDERS: 25, CUSTOMERS: 0}
    rows = Store(shop.home).read(QUALITY_RESULTS).to_pylist()
    assert Counter(row["rows_read"] for row in rows if row["rule_name"] == "even") == {20: 1, 0: 1, 5: 1, 25: 1}


def test_a_reference_is_looked_up_again_where_its_target_lost_a_value_only(spark, shop, tmp_path):
    def read():
        found, rows_read = gate(spark, shop, tmp_path / "suites")
        return found["has_customer"], rows_read[ORDERS]

    assert read() == (0, 20)
    do(spark, shop, "customer_comes", 3)
    assert read() == (0, 0)
    do(spark, shop, "customers_are_rewritten")
    assert read() == (0, 0)
    do(spark, shop, "customer_leaves", 1)
    assert read() == (7, 20)
    do(spark, shop, "customer_comes", 1)
    assert read() == (0, 20)


def test_a_rule_that_changed_is_evaluated_anew(spark, shop, tmp_path):
    gate(spark, shop, tmp_path / "suites")
    found, read = gate(spark, shop, tmp_path / "suites", SUITE.replace("amount % 2 = 0", "amount % 5 = 1"))
    assert (found["even"], read[ORDERS]) == (20, 20)


def test_a_condition_that_asks_for_the_time_is_never_carried_over(spark, shop, tmp_path):
    suite = SUITE.replace("amount % 2 = 0", "amount % 2 = 0 or current_date() > date'2020-01-01'")
    assert [gate(spark, shop, tmp_path / "suites", suite)[1][ORDERS] for _ in range(2)] == [20, 20]


def test_rows_that_deletion_vectors_hide_are_not_counted(spark, shop, tmp_path):
    gate(spark, shop, tmp_path / "suites")
    path = f"delta.`{shop.home}/tables/marts/{ORDERS}`"
    spark.sql(f"alter table {path} set tblproperties ('delta.enableDeletionVectors' = 'true')").collect()
    spark.sql(f"delete from {path} where order_id = 0").collect()
    found, read = gate(spark, shop, tmp_path / "suites")
    assert read[ORDERS] > 0
    assert (found["positive"], found["largest"]) == (1, "85")


def test_failing_rows_and_pages_of_a_table_that_was_not_read_are_those_of_the_run_before(spark, shop, tmp_path):
    for run_id in ("run-1", "run-2"):
        gate(spark, shop, tmp_path / "suites", run_id=run_id)
    rows = spark.read.format("delta").load(str(shop.home / "tables" / "quarantine" / "failing_rows")).collect()
    kept = {run_id: sorted((row["rule"], row["key"]) for row in rows if row["run_id"] == run_id)
            for run_id in ("run-1", "run-2")}  # fmt: skip
    assert len(kept["run-1"]) == 12
    assert kept["run-2"] == kept["run-1"]
    page = shop.home / "data_docs" / "validations" / "marts" / ORDERS / str(DAY)
    assert all((page / run_id / "result.html").exists() for run_id in kept)
