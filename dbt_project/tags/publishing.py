"""What stands beside the packed words, written after dbt: bitmap index, customers' numbers and catalogue."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import partial

import pyarrow as pa
import pyarrow.dataset as ds
from deltalake import DeltaTable

from dbt_project.tags.catalogue import Found, catalogue_rows
from dbt_project.tags.history import write_history
from dbt_project.tags.loading import load_tags
from dbt_project.tags.statement import Plan
from spark_jobs.catalog.names import table_path
from spark_jobs.ledger.store import Store, retention
from spark_jobs.settings import Settings
from spark_jobs.tags.changes import Unpacked
from spark_jobs.tags.index import CUSTOMERS, INDEX, index_rows
from spark_jobs.tags.statistics import numbers_of
from spark_jobs.tags.words import Words

WORDS = "marts.customer_tag_words"


Before = tuple[ds.Dataset, pa.Table]
"""Words and catalogue of the release before."""


def publish_index(settings: Settings, business_date: date, before: Before | None = None) -> dict[str, int]:
    """Write marts.tag_index, tag_customers and tag_catalogue of the words as they are, and what changed.

    `before` are words and catalogue of an earlier release, against which drift and changes are measured. Run again it
    writes the same. Returns the numbers of tags and changes.
    """
    plan = Plan(load_tags())
    words = Words(DeltaTable(str(table_path(settings.home, WORDS))).to_pyarrow_dataset())
    customers = _customers(settings, words)
    index = pa.Table.from_batches(index_rows(words, plan.slots), INDEX)
    catalogue = catalogue_rows(plan, found_in(plan, words, index), before[1] if before else None, business_date)
    store, properties = Store(settings.home), retention(settings)
    tables = {"marts.tag_index": index, "marts.tag_customers": customers, "marts.tag_catalogue": catalogue}
    for name, rows in tables.items():
        store.replace(name, rows, properties)
    changed = write_history(settings, plan, words, (Words(before[0]), before[1]) if before else None, business_date)
    return {"tags": catalogue.num_rows, "changes": changed}


def found_in(plan: Plan, words: Words | pa.Table, index: pa.Table) -> Found:
    """Figures of all tags."""
    numbers = partial(numbers_of, Unpacked(words, {slot.tag_id: slot for slot in plan.slots}))
    return Found(counts_of(index, words.num_rows), numbers)


def counts_of(index: pa.Table, customers: int) -> dict[str, dict[str, int]]:
    """Customers by part for each tag; those with a label under `=label`; all of them under `customers`."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: {"customers": customers})
    for row in index.select(["tag_id", "part", "label", "customers_count"]).to_pylist():
        if row["part"] in ("known", "true"):
            counts[row["tag_id"]][row["part"]] = row["customers_count"]
        elif row["part"] == "value":
            counts[row["tag_id"]][f"={row['label']}"] = row["customers_count"]
    return counts


def _customers(settings: Settings, words: Words) -> pa.Table:
    """The number of each customer, who is the row of that number, and the household."""
    wanted = ["customer_id", "household_id"]
    known = DeltaTable(str(table_path(settings.home, "marts.customer_360"))).to_pyarrow_table(columns=wanted)
    households = dict(zip(known["customer_id"].to_pylist(), known["household_id"].to_pylist(), strict=True))
    ids: Iterable[str] = words["customer_id"].to_pylist()
    rows = [(number, one, households.get(one)) for number, one in enumerate(ids)]
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return pa.table([pa.array(one, kind) for one, kind in zip(columns, CUSTOMERS.types, strict=True)], schema=CUSTOMERS)
