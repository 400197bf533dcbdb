"""What changed between two releases, by key, from the files alone: DuckDB over the two versions."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from spark_jobs.catalog.names import AUDIT_COLUMNS
from spark_jobs.release.history import find, read_version
from spark_jobs.release.models import Release, TableVersion
from spark_jobs.settings import Settings

Changes = tuple[int | None, int | None, int | None]
"""Rows added, removed and changed."""


@dataclass(frozen=True, slots=True)
class TableDifference:
    """One table in two releases. Counts are None when the table has no key or is in one release only."""

    table_name: str
    rows_before: int | None
    rows_after: int | None
    added: int | None = None
    removed: int | None = None
    changed: int | None = None
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    columns_retyped: tuple[str, ...] = ()


def compare(settings: Settings, before: str, after: str) -> list[TableDifference]:
    """Rows added, removed and changed by key, and schema changes, per table of either release (given by id)."""
    first, second = find(settings, before), find(settings, after)
    names = sorted({*first.tables, *second.tables})
    return [_difference(settings.home, name, first, second) for name in names]


def _difference(home: Path, name: str, first: Release, second: Release) -> TableDifference:
    old, new = first.tables.get(name), second.tables.get(name)
    if old is None or new is None:
        return TableDifference(name, old.row_count if old else None, new.row_count if new else None)
    if (old.table_id, old.delta_version) == (new.table_id, new.delta_version):
        return TableDifference(name, old.row_count, new.row_count, 0, 0, 0)
    types = [{field.name: str(field.type) for field in read_version(home, one).schema} for one in (old, new)]
    common = [column for column in types[1] if column in types[0]]
    compared = [column for column in common if column not in AUDIT_COLUMNS]
    added, removed, changed = _row_changes(home, old, new, compared)
    return TableDifference(
        name,
        old.row_count,
        new.row_count,
        added,
        removed,
        changed,
        columns_added=tuple(sorted(types[1].keys() - types[0].keys())),
        columns_removed=tuple(sorted(types[0].keys() - types[1].keys())),
        columns_retyped=tuple(column for column in common if types[0][column] != types[1][column]),
    )


def _row_changes(home: Path, old: TableVersion, new: TableVersion, columns: list[str]) -> Changes:
    key = new.key or old.key
    if not key or not set(key) <= set(columns):
        return (None, None, None)
    with duckdb.connect() as connection:
        connection.register("old_rows", read_version(home, old))
        connection.register("new_rows", read_version(home, new))
        keys = ", ".join(f'"{name}"' for name in key)
        same = " and ".join(f'before."{name}" is not distinct from after."{name}"' for name in key)
        values = ", ".join(f'"{name}"' for name in columns)
        hashed = f"select {keys}, hash({values}) as row_hash from"
        counts = connection.execute(f"""
            select count(*) filter (before.row_hash is null), count(*) filter (after.row_hash is null),
                   count(*) filter (before.row_hash <> after.row_hash)
            from ({hashed} old_rows) as before full outer join ({hashed} new_rows) as after on {same}
        """).fetchone()
    return (counts[0], counts[1], counts[2]) if counts else (None, None, None)
