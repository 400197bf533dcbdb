"""Words of a date that are kept whole: a base on which later changes stand."""

import json
import shutil
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, Field, write_deltalake
from deltalake.transaction import AddAction, RemoveAction

from spark_jobs.ledger.store import Store, retention
from spark_jobs.settings import Settings

TABLE, DATE = "marts.tag_bases", "base_date"


def keep_files(settings: Settings, files: Iterable[str], columns: pa.Schema, day: date) -> None:
    """Make copies of these data files of the words the base of the day, in place of it and of later ones.

    One commit. Copying takes a quarter of the time of writing their rows again; a reader passes over the columns that
    the base does not have. A copy that a kill left behind belongs to no version and goes with maintenance.
    """
    folder = Store(settings.home).path(TABLE)
    schema = columns.append(pa.field(DATE, pa.date32()))
    table = _table(folder, schema, settings)
    added = [_added(Path(one), folder, day) for one in files]
    actions: list[AddAction | RemoveAction] = [*_removed(table, day), *added]
    if actions:
        table.create_write_transaction(actions, "append", table.schema(), [DATE])


def _table(folder: Path, schema: pa.Schema, settings: Settings) -> DeltaTable:
    """The table, with these columns at least."""
    if not DeltaTable.is_deltatable(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        write_deltalake(folder, schema.empty_table(), partition_by=[DATE], configuration=retention(settings))
    table = DeltaTable(str(folder))
    known = {field.name for field in table.schema().fields}
    lacking = [Field.from_arrow(field) for field in schema if field.name not in known]
    if lacking:
        table.alter.add_columns(lacking)
    return table


def _removed(table: DeltaTable, day: date) -> Iterator[RemoveAction]:
    for row in pa.table(table.get_add_actions()).to_pylist():
        base_date = row["partition"][DATE]
        if base_date >= day:
            changed = row["modification_time"]
            yield RemoveAction(row["path"], True, changed, row["size_bytes"], {DATE: str(base_date)})


def _added(file: Path, folder: Path, day: date) -> AddAction:
    path = f"{DATE}={day}/{uuid4()}-{file.name}"
    copy = folder / path
    copy.parent.mkdir(exist_ok=True)
    shutil.copyfile(file, copy)
    said, rows = copy.stat(), pq.read_metadata(copy).num_rows
    return AddAction(
        path, said.st_size, {DATE: str(day)}, int(said.st_mtime * 1000), True, json.dumps({"numRecords": rows})
    )
