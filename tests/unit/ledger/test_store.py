"""The store of tables that are written without Spark."""

import pyarrow as pa

from spark_jobs.ledger import Store


def test_rows_are_replaced_in_one_commit_each_also_by_rows_of_other_columns(tmp_path):
    store = Store(tmp_path)
    store.replace("identity.things", pa.table({"thing_id": ["a", "b"]}))
    assert (store.create("identity.things").version(), store.read("identity.things").num_rows) == (0, 2)
    store.replace("identity.things", pa.table({"thing_id": ["c"], "amount": [1]}))
    assert store.create("identity.things").version() == 1
    assert store.read("identity.things").to_pylist() == [{"thing_id": "c", "amount": 1}]
