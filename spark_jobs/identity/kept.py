"""Normalised records kept in the vault, so that a date normalises only those that say something else.

They hold clear values: identity alone reads them, and a row goes on the date on which silver no longer says it. A table
that is missing, of other code or broken costs time: its records are normalised anew.
"""

import logging
import shutil
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError

from spark_jobs.catalog.names import KEPT_RECORDS
from spark_jobs.identity.inputs import check_records
from spark_jobs.identity.matching.records import bank_records, bank_schema
from spark_jobs.identity.matching.version import normalisation_version
from spark_jobs.ledger import Store

PROPERTIES = {"delta.dataSkippingNumIndexedCols": "0"}
"""The log keeps no smallest and largest values: they would outlive the rows."""

log = logging.getLogger(__name__)


def known_records(store: Store, tables: Mapping[str, Any], hashes: pa.Table) -> pa.Table:
    """The records of these hashes: columns of the `bank` model, content_hash, first_delivery_date; in no order.

    `hashes` are those of every present record, see `content_hashes`; `tables` what `bank_records` reads. Kept are
    exactly these records afterwards. Raises RepeatedRecordError.
    """
    check_records(hashes)
    kept = _read(store)
    is_standing = _standing(kept, hashes)
    standing = kept if is_standing.all() else kept.filter(pa.array(is_standing))
    made = _made(tables, hashes, standing)
    _write(store, standing, made, is_anew=standing.num_rows < kept.num_rows or not kept.num_rows)
    records = pa.concat_tables([standing, made]).drop_columns(["normalised_by"])
    places = pc.index_in(records["content_hash"], value_set=hashes["content_hash"].combine_chunks())
    return records.append_column("first_delivery_date", hashes["first_delivery_date"].take(places))


def kept_now(store: Store) -> pa.Table:
    """The records that the last date kept, in no order; none where there are none."""
    return store.read(KEPT_RECORDS) if store.exists(KEPT_RECORDS) else kept_schema().empty_table()


def kept_schema() -> pa.Schema:
    """A record of the `bank` model, the hash of what it was made of, and the version of the code that made it."""
    added = [pa.field("content_hash", pa.string()), pa.field("normalised_by", pa.string())]
    return pa.schema([*bank_schema(), *added])


def _standing(kept: pa.Table, hashes: pa.Table) -> np.ndarray:
    """Of each kept row whether its record still says the same, to the same code; of equal rows the first."""
    places = pc.index_in(kept["content_hash"], value_set=hashes["content_hash"].combine_chunks())
    numbers = pc.fill_null(places, -1).to_numpy()
    is_ours = pc.equal(kept["normalised_by"], normalisation_version()).to_numpy() & (numbers >= 0)
    found = np.flatnonzero(is_ours)
    _, first = np.unique(numbers[found], return_index=True)
    is_standing = np.zeros(kept.num_rows, dtype=bool)
    is_standing[found[first]] = True
    return is_standing


def _made(tables: Mapping[str, Any], hashes: pa.Table, standing: pa.Table) -> pa.Table:
    """The records that are not kept, normalised."""
    is_kept = pc.is_in(hashes["content_hash"], value_set=standing["content_hash"].combine_chunks())
    missing = hashes.filter(pc.invert(is_kept))
    if not missing.num_rows:
        return kept_schema().empty_table()
    keys = missing["record_key"].combine_chunks()
    records = bank_records(tables, keys)
    places = pc.index_in(records["record_key"], value_set=keys)
    records = records.append_column("content_hash", missing["content_hash"].take(places))
    version = pa.array([normalisation_version()] * records.num_rows, pa.string())
    return records.append_column("normalised_by", version)


def _read(store: Store) -> pa.Table:
    """What is kept; nothing where it cannot be read, and the table is gone then."""
    schema = kept_schema()
    try:
        return kept_now(store).select(schema.names).cast(schema)
    except (DeltaError, pa.ArrowException, OSError, KeyError) as error:
        log.warning("%s cannot be used, its records are normalised anew: %s", KEPT_RECORDS, error)
        shutil.rmtree(store.path(KEPT_RECORDS))
        return schema.empty_table()


def _write(store: Store, standing: pa.Table, made: pa.Table, *, is_anew: bool) -> None:
    """Add what was made, or leave nothing but these rows, in one commit, and no file that held others."""
    if not is_anew and not made.num_rows:
        return
    folder = store.path(KEPT_RECORDS)
    folder.mkdir(parents=True, exist_ok=True)
    if not is_anew:
        write_deltalake(folder, made, mode="append")
        return
    rows = pa.concat_tables([standing, made])
    write_deltalake(folder, rows, mode="overwrite", schema_mode="overwrite", configuration=PROPERTIES)
    # full: also what a killed write left, which the log does not name
    DeltaTable(folder).vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False, full=True)
