"""The present version of a table on disk, and whether every engine that consumers use can read it."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from spark_jobs.catalog.names import table_path
from spark_jobs.release.models import ReleasedTable, ReleaseRefused, TableVersion

READABLE_FEATURES = {"timestampNtz", "v2Checkpoint", "vacuumProtocolCheck"}
"""Reader features beyond protocol version 1 that Spark, delta-rs and Polars all read."""
MAX_PLAIN_READER_VERSION = 1
READER_VERSION_OF_FEATURES = 3


def snapshots(home: Path, tables: Iterable[ReleasedTable]) -> list[TableVersion]:
    """The present version of each table. Raises ReleaseRefused with every table that cannot be released."""
    found, problems = [], []
    for table in tables:
        try:
            found.append(snapshot(home, table))
        except ReleaseRefused as problem:
            problems.append(str(problem))
    if problems:
        raise ReleaseRefused("\n".join(problems))
    return found


def snapshot(home: Path, table: ReleasedTable) -> TableVersion:
    """The present version of one table. Raises ReleaseRefused."""
    path = table_path(home, table.full_name)
    if not DeltaTable.is_deltatable(str(path)):
        raise ReleaseRefused(f"{table.full_name} has not been built: {path} holds no Delta table.")
    delta = DeltaTable(str(path))
    _check_features(table.full_name, delta)
    return TableVersion(
        table_name=table.full_name,
        table_id=str(delta.metadata().id),
        path=path.relative_to(home).as_posix(),
        delta_version=delta.version(),
        schema_hash=schema_hash(delta),
        row_count=row_count(delta),
        key=table.key,
    )


def still_holds(home: Path, version: TableVersion) -> bool:
    """Whether the folder still has this very version: CREATE OR REPLACE goes on counting, DROP starts anew.

    The id of the present version does not tell: Delta gives a new one with each CREATE OR REPLACE.
    """
    try:
        delta = DeltaTable(str(version.folder(home)), version=version.delta_version)
        return str(delta.metadata().id) == version.table_id
    except (DeltaError, TableNotFoundError, OSError):
        return False


def schema_hash(delta: DeltaTable) -> str:
    """Hash of column names and types, in order; descriptions do not count."""
    fields = json.loads(delta.schema().to_json())["fields"]
    shape = [(field["name"], field["type"]) for field in fields]
    return hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()[:16]


def _check_features(name: str, delta: DeltaTable) -> None:
    protocol = delta.protocol()
    if protocol.min_reader_version < READER_VERSION_OF_FEATURES:
        unreadable = {"columnMapping"} if protocol.min_reader_version > MAX_PLAIN_READER_VERSION else set()
    else:
        unreadable = set(protocol.reader_features or ()) - READABLE_FEATURES
    if unreadable:
        raise ReleaseRefused(
            f"{name} uses {', '.join(sorted(unreadable))}, which Spark, delta-rs and Polars do not all read. Way out: "
            f"`ALTER TABLE {name} DROP FEATURE ...`, or take the property that brought it out of the model."
        )


def row_count(delta: DeltaTable) -> int:
    """Rows of this version, from the log; read from the files when the log does not tell."""
    actions = pa.table(delta.get_add_actions(flatten=True))
    counts = actions["num_records"].to_pylist() if actions.num_rows else []
    return delta.to_pyarrow_dataset().count_rows() if None in counts else sum(counts)
