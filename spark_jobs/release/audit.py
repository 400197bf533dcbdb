"""Whether the views serve what the release says, as two engines see it.

Spark reads the views; DuckDB reads the files that delta-rs names for the released version. Both count the rows and sum
a hash of the key, so that a view over another folder or version is noticed even when the numbers of rows agree.
"""

from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from spark_jobs.release.history import read_version
from spark_jobs.release.models import Release, ReleaseRefused, TableVersion
from spark_jobs.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Sums = tuple[int, int]
"""Rows, and the sum of the first 32 bits of the MD5 of their keys."""


def audit(spark: "SparkSession", settings: Settings, release: Release) -> None:
    """Compare each view of the release's schema with the released version. Raises ReleaseRefused."""
    columns = {name: _audited_columns(settings, table) for name, table in release.tables.items()}
    served = _sums_of_views(spark, release, columns)
    problems = []
    for name, table in release.tables.items():
        stored = _sums_on_disk(settings, table, columns[name])
        if served[name] != stored or stored[0] != table.row_count:
            problems.append(
                f"{name}: the view has {served[name][0]} rows (keys {served[name][1]}), version {table.delta_version} "
                f"has {stored[0]} (keys {stored[1]}), its log says {table.row_count}"
            )
    if problems:
        raise ReleaseRefused(
            "The views would not serve the released versions, so consumers keep the last release:\n  "
            + "\n  ".join(problems)
            + "\nWay out: `make repair` (the metastore may point to other folders), then run the date again."
        )


def _audited_columns(settings: Settings, table: TableVersion) -> list[str]:
    """Key columns whose text is the same in every engine; without a key the first such columns."""
    schema = read_version(settings.home, table).schema
    plain = [field.name for field in schema if _is_plain(field.type)]
    return [name for name in table.key if name in plain] or plain[:4]


def _is_plain(kind: pa.DataType) -> bool:
    return (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_date(kind)
    )


def _sums_of_views(spark: "SparkSession", release: Release, columns: dict[str, list[str]]) -> dict[str, Sums]:
    parts = [
        f"select '{name}' as table_name, count(1) as rows, coalesce(sum(cast(conv(substr(md5("
        f"{_text(columns[name], '`', 'string')}), 1, 8), 16, 10) as bigint)), 0) as keys "
        f"from {release.schema_name}.{table.view_name}"
        for name, table in release.tables.items()
    ]
    rows = spark.sql("\nunion all\n".join(parts)).collect() if parts else []
    return {row["table_name"]: (int(row["rows"]), int(row["keys"])) for row in rows}


def _sums_on_disk(settings: Settings, table: TableVersion, columns: list[str]) -> Sums:
    with duckdb.connect() as connection:
        connection.register("released", read_version(settings.home, table))
        text = _text(columns, '"', "varchar")
        row = connection.execute(
            f"select count(1), coalesce(sum(cast('0x' || substr(md5({text}), 1, 8) as bigint)), 0) from released"
        ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _text(columns: list[str], quote: str, kind: str) -> str:
    """The columns as one text, NULL as a text of its own: the same expression in both dialects."""
    parts = [f"coalesce(cast({quote}{name}{quote} as {kind}), '~')" for name in columns]
    return " || '|' || ".join(parts) if parts else "''"
