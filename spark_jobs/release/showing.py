"""Releases, and rows of any query, as tables on a terminal."""

from typing import Any

import pyarrow as pa
from rich.console import Console
from rich.table import Column, Table

from spark_jobs.release.models import Release


def show_records(console: Console, title: str, rows: list[Any]) -> None:
    """Print dataclass instances of one kind as a table, without the fields that none of them fills."""
    fields = list(type(rows[0]).__dataclass_fields__) if rows else []
    told = [name for name in fields if any(getattr(row, name) not in (None, ()) for row in rows)]
    shown = Table(
        *(Column(name.replace("_", " "), overflow="fold") for name in told), title=title, title_justify="left"
    )
    for row in rows:
        shown.add_row(*("" if getattr(row, name) in (None, ()) else str(getattr(row, name)) for name in told))
    console.print(shown)


def show_releases(console: Console, found: list[Release]) -> None:
    """Print releases as a table, told which is in service."""
    shown = Table("release", "business date", "kind", "published at", "tables", "rows", "in service")
    newest = max((one.release_number for one in found if one.is_active), default=None)
    for one in found:
        rows = sum(table.row_count for table in one.tables.values())
        state = "yes" if one.release_number == newest else ("" if one.is_active else "rolled back")
        published = f"{one.published_at:%Y-%m-%d %H:%M:%S}"
        shown.add_row(
            one.release_id, str(one.business_date), one.kind, published, str(len(one.tables)), f"{rows:,}", state
        )
    console.print(shown)


def show_rows(console: Console, rows: pa.Table) -> None:
    """Print rows of a query; long values are folded, since an id that is cut cannot be asked for."""
    shown = Table()
    for name in rows.column_names:
        shown.add_column(name, overflow="fold")
    for row in rows.to_pylist():
        shown.add_row(*("" if value is None else str(value) for value in row.values()))
    console.print(shown)
