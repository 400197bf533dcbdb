"""The past of all tags: changes between releases, on a base written monthly and whenever the tags become others."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from dbt_project.tags.bases import DATE as BASE_DATE
from dbt_project.tags.bases import TABLE as BASES_TABLE
from dbt_project.tags.bases import keep_files
from dbt_project.tags.statement import Plan
from dbt_project.tags.words_model import WORDS
from spark_jobs.ledger.store import Store, retention
from spark_jobs.settings import Settings
from spark_jobs.tags.changes import CHANGES, Unpacked, changes, newcomers
from spark_jobs.tags.layout import Slot
from spark_jobs.tags.words import Words

CHANGES_TABLE, LAYOUTS_TABLE = "marts.tag_changes", "marts.tag_layouts"
LAYOUTS = pa.schema(
    [
        ("tag_id", pa.string()),
        ("domain", pa.string()),
        ("store", pa.string()),
        ("position", pa.int64()),
        ("bit", pa.int64()),
        ("base_date", pa.date32()),
    ]
)
"""Where each tag stands in the words of marts.tag_bases of the same date."""


def write_history(
    settings: Settings, plan: Plan, words: Words, before: tuple[Words, pa.Table] | None, business_date: date
) -> int:
    """Add what changed since the release before (`before`: its words and its catalogue); how many changes there are.

    `words` are those of marts.customer_tag_words. A newcomer's words are a base of their own. Run again, a date
    replaces what it and later dates have written.
    """
    slots = {slot.tag_id: slot for slot in plan.slots}
    versions = {tag.tag_id: tag.family.rule_version for tag in plan.catalog.evaluated}
    found, based = CHANGES.empty_table(), None
    if before is not None:
        known, catalogue = before
        old_slots = slots_in(catalogue.to_pylist())
        found = changes(Unpacked(known, old_slots), Unpacked(words, slots), versions, business_date)
        day = known.business_date()
        if slots == old_slots and day and (day.year, day.month) == (business_date.year, business_date.month):
            based = newcomers(known, words)
    _write(settings, CHANGES_TABLE, found, ("business_date", business_date))
    if based is None:
        keep_files(settings, Store(settings.home).files(f"marts.{WORDS}"), _columns(plan, words), business_date)
    else:
        _write(settings, BASES_TABLE, _base(plan, words, based, business_date), (BASE_DATE, business_date))
    has_base = words.num_rows if based is None else len(based)
    layout = _layout(plan, business_date) if has_base else LAYOUTS.empty_table()
    _write(settings, LAYOUTS_TABLE, layout, (BASE_DATE, business_date))
    return found.num_rows


def _columns(plan: Plan, words: Words) -> pa.Schema:
    return pa.schema([words.dataset.schema.field(name) for name in ("customer_id", *plan.columns)])


def _base(plan: Plan, words: Words, customer_ids: pa.Array, day: date) -> pa.RecordBatchReader:
    """Words of these customers as a base of the day."""
    columns = _columns(plan, words)
    schema = columns.append(pa.field(BASE_DATE, pa.date32()))

    def dated(batch: pa.RecordBatch) -> pa.RecordBatch:
        days = pa.array([day] * batch.num_rows, pa.date32())
        return pa.RecordBatch.from_arrays([*batch.columns, days], schema=schema)

    return pa.RecordBatchReader.from_batches(schema, map(dated, words.batches(columns.names, customer_ids)))


def slots_in(rows: list[Mapping[str, Any]]) -> dict[str, Slot]:
    """Places of tags out of rows of the catalogue or of marts.tag_layouts."""
    return {
        one["tag_id"]: Slot(one["tag_id"], one["domain"], one["store"], one["position"], one["bit"]) for one in rows
    }


def _layout(plan: Plan, day: date) -> pa.Table:
    rows = [
        {"tag_id": one.tag_id, "domain": one.domain, "store": one.store, "position": one.position, "bit": one.bit,
         "base_date": day} for one in plan.slots
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=LAYOUTS)


def _write(settings: Settings, table: str, rows: pa.Table | pa.RecordBatchReader, since: tuple[str, date]) -> None:
    """Replace the rows of this date and later in one commit; columns that are new are added."""
    column, day = since
    store = Store(settings.home)
    folder = str(store.path(table))
    if not DeltaTable.is_deltatable(folder):
        store.path(table).mkdir(parents=True, exist_ok=True)
        write_deltalake(folder, rows, partition_by=[column], configuration=retention(settings))
        return
    predicate = f"{column} >= DATE '{day}'"
    write_deltalake(folder, rows, mode="overwrite", predicate=predicate, schema_mode="merge")
