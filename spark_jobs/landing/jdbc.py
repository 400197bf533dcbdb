"""A table or query of a database, read by Spark into one Parquet file that lands like any other delivery."""

import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spark_jobs.landing.calendars import is_due
from spark_jobs.landing.discovery import Arrival
from spark_jobs.landing.reading import Visit

if TYPE_CHECKING:
    from spark_jobs.settings import Settings

DRIVER = "org.postgresql.Driver"
_VARIABLE = re.compile(r"\{env:(\w+)\}")
log = logging.getLogger(__name__)


class DatabaseUnavailableError(Exception):
    """The database of a source is not set up here; the source is skipped with this reason."""


@contextmanager
def spark_session(settings: "Settings", run_id: str, task: str) -> Iterator[Any]:
    """The Spark session that reads the database."""
    from spark_jobs.session import close, connect

    spark = connect(settings, run_id, task)
    try:
        yield spark
    finally:
        close(spark)


def fetch(visit: Visit, settings: "Settings", has_delivery: Callable[[date], bool]) -> list[Arrival]:
    """The delivery of the business date, fetched unless it is not due, recorded already or fetched by an earlier try.

    Raises DatabaseUnavailableError when a variable that the contract names is not set.
    """
    day = visit.business_date
    options = connection(visit.server.options)
    file = _folder(visit, settings.home) / f"{visit.source.table}.parquet"
    once = visit.source.load.calendar == "once"
    if has_delivery(day) or not (once or is_due(visit.source.load.calendar, day, settings.holidays)):
        return []
    if not file.exists():
        with spark_session(settings, visit.run_id, f"landing.{visit.source.name}") as spark:
            _read(spark, options, visit, file)
    status = file.stat()
    return [Arrival(file, day, 0, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC), is_dated=not once)]


def connection(options: Mapping[str, str]) -> dict[str, str]:
    """Connection options with `{env:NAME}` replaced. Raises DatabaseUnavailableError when a variable is not set."""
    wanted = {name: str(options[name]) for name in ("url", "user", "driver") if options.get(name)}
    if options.get("password_variable"):
        wanted["password"] = "{env:" + options["password_variable"] + "}"
    if "url" not in wanted:
        raise DatabaseUnavailableError("the contract's server declares no url")
    missing = sorted(
        {name for value in wanted.values() for name in _VARIABLE.findall(value) if not os.environ.get(name)}
    )
    if missing:
        raise DatabaseUnavailableError(f"its database is not set up here: {', '.join(missing)} is not set")
    return {name: _VARIABLE.sub(lambda found: os.environ[found[1]], value) for name, value in wanted.items()}


def _folder(visit: Visit, home: Path) -> Path:
    return home / "landing" / visit.source.name / visit.business_date.isoformat()


def _read(spark: Any, options: dict[str, str], visit: Visit, file: Path) -> None:
    server = visit.server
    query = server.options.get("query") or f"select * from {server.options.get('table') or server.path}"
    query = query.replace("{date}", visit.business_date.isoformat())
    staging = file.parent / "_fetching"
    reader = spark.read.format("jdbc").options(**{"driver": DRIVER, "fetchsize": "10000", **options})
    rows = reader.option("dbtable", f"({query}) as delivered").load()
    texts = [rows[name].cast("string").alias(name) for name in rows.columns]
    ordered = rows.select(*texts).coalesce(1).sortWithinPartitions(*rows.columns)
    ordered.write.mode("overwrite").option("compression", "zstd").parquet(str(staging))
    parts = sorted(staging.glob("part-*.parquet"))
    if len(parts) != 1:
        raise FileNotFoundError(
            f"{staging} holds {len(parts)} Parquet files after {visit.source.name} was read into it"
        )
    parts[0].replace(file)
    shutil.rmtree(staging)
    log.info("read %s from its database into %s", visit.source.name, file)
