"""What a release is: a row set in governance.releases, one row a table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

RELEASES = "governance.releases"
SCHEMA = pa.schema(
    [
        ("release_id", pa.string()),
        ("release_number", pa.int64()),
        ("business_date", pa.date32()),
        ("kind", pa.string()),
        ("restored_release_id", pa.string()),
        ("table_name", pa.string()),
        ("table_id", pa.string()),
        ("path", pa.string()),
        ("delta_version", pa.int64()),
        ("schema_hash", pa.string()),
        ("row_count", pa.int64()),
        ("key_columns", pa.string()),
        ("run_id", pa.string()),
        ("published_at", pa.timestamp("us", tz="UTC")),
    ]
)
"""`path` is relative to the lakehouse's home, so that a home can be moved. `key_columns` are parted by commas."""


class ReleaseRefused(RuntimeError):  # noqa: N818 - a decision, not a defect
    """Nothing was published and consumers keep the last release; the message says why and the way out."""


@dataclass(frozen=True, slots=True)
class ReleasedTable:
    """A table that consumers may read, and the columns that identify a row of it."""

    name: str
    key: tuple[str, ...] = ()
    schema: str = "marts"

    @property
    def full_name(self) -> str:
        """`schema.name`."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class TableVersion:
    """One table as a release serves it."""

    table_name: str
    table_id: str
    path: str
    delta_version: int
    schema_hash: str
    row_count: int
    key: tuple[str, ...]

    def folder(self, home: Path) -> Path:
        """Folder of the Delta table in this home."""
        return home / self.path

    @property
    def view_name(self) -> str:
        """Name of the view that serves it, without schema."""
        return self.table_name.split(".", 1)[1]


@dataclass(frozen=True, slots=True)
class Release:
    """One published set. `is_active` is false once a roll back took it out of service."""

    release_id: str
    release_number: int
    business_date: date
    kind: Literal["publish", "roll_back"]
    restored_release_id: str | None
    run_id: str
    published_at: datetime
    tables: Mapping[str, TableVersion]
    is_active: bool = True

    @property
    def schema_name(self) -> str:
        """Schema of the views that keep serving this release."""
        return f"serving_{self.release_id}"

    def rows(self) -> pa.Table:
        """The row set as governance.releases holds it."""
        return pa.Table.from_pylist([self._row(table) for table in self.tables.values()], schema=SCHEMA)

    def _row(self, table: TableVersion) -> dict[str, Any]:
        return {
            "release_id": self.release_id,
            "release_number": self.release_number,
            "business_date": self.business_date,
            "kind": self.kind,
            "restored_release_id": self.restored_release_id,
            "table_name": table.table_name,
            "table_id": table.table_id,
            "path": table.path,
            "delta_version": table.delta_version,
            "schema_hash": table.schema_hash,
            "row_count": table.row_count,
            "key_columns": ",".join(table.key),
            "run_id": self.run_id,
            "published_at": self.published_at,
        }


def from_rows(rows: Iterable[Mapping[str, Any]]) -> list[Release]:
    """The releases that these rows of governance.releases tell, oldest first."""
    sets: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        sets.setdefault(row["release_id"], []).append(row)
    return sorted((_release(one) for one in sets.values()), key=lambda release: release.release_number)


def _release(rows: list[Mapping[str, Any]]) -> Release:
    first = rows[0]
    versions = [
        TableVersion(
            row["table_name"], row["table_id"], row["path"], row["delta_version"], row["schema_hash"],
            row["row_count"], tuple(part for part in row["key_columns"].split(",") if part),
        )
        for row in sorted(rows, key=lambda row: row["table_name"])
    ]  # fmt: skip
    return Release(
        first["release_id"],
        first["release_number"],
        first["business_date"],
        first["kind"],
        first["restored_release_id"],
        first["run_id"],
        first["published_at"],
        {version.table_name: version for version in versions},
    )
