"""Bodies of the DAGs' tasks. Engines are imported where they are used, so that parsing a DAG imports none."""

import datetime as dt
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowFailException

from dags._notices import notify_stopped
from spark_jobs.catalog.models import Catalog
from spark_jobs.catalog.names import KEPT_RECORDS
from spark_jobs.run_log import RunLog
from spark_jobs.settings import Settings, load_settings

ENTITIES_PER_TASK = 10
"""A task costs seconds of start-up, an entity of a demo bank one: a task builds several, two at a time."""

DEFAULTS = {
    "retries": 2,
    "retry_delay": dt.timedelta(seconds=10),
    "retry_exponential_backoff": True,
    "max_retry_delay": dt.timedelta(minutes=5),
    "on_failure_callback": notify_stopped,
}
PARAMETERS = {
    "business_date": Param(None, type=["null", "string"], format="date", description="the run's logical date if empty")
}

WRITTEN_BY_SPARK = ("silver.", "vault.", "intermediate.", "marts.")
TAGS_BEFORE = ("customer_tag_words", "tag_catalogue", "audiences")
WITHOUT_SPARK = ("marts.tag_", "marts.audiences")
"""How names of tables of marts begin that are written without Spark."""
FINAL = {
    "GateFailed", "DeliveryProblem", "DefinitionErrors", "ReleaseRefused", "RepeatedRecordError",
    "SurvivorshipError", "UnfitError",
}  # fmt: skip
"""Names of problems that trying again does not solve (names, so that no engine is imported here)."""


class UnfitError(RuntimeError):
    """The lakehouse is in a state in which a run would do harm."""


log = logging.getLogger(__name__)


def entity_groups(catalog: Catalog) -> dict[str, list[str]]:
    """Fed entities in order of name, cut into groups; a group is named after its first and last entity."""
    fed = [name for name in sorted(catalog.entities) if catalog.feeds_of(name)]
    groups = [fed[at : at + ENTITIES_PER_TASK] for at in range(0, len(fed), ENTITIES_PER_TASK)]
    return {group[0] if len(group) == 1 else f"{group[0]}_to_{group[-1]}": group for group in groups}


def check(logical_date: Any = None, params: Any = None, run_id: Any = None) -> None:
    """Refuse to start when the lakehouse is not fit: no process, a bad definition, tables that the metastore lost."""
    settings, date = load_settings(), business_date(logical_date, params)
    RunLog(settings.home, date).begin()
    with _step(settings, date, "check", ""), _session(settings, run_id, "check") as spark:
        from spark_jobs import release

        missing = [name for name in release.missing_tables(spark, settings) if name != KEPT_RECORDS]
        lost = [name for name in missing if name.startswith(WRITTEN_BY_SPARK) and not name.startswith(WITHOUT_SPARK)]
        if lost:
            raise UnfitError(
                f"{len(lost)} table(s) are on disk but not in the metastore, such as {lost[0]}: run `make repair`. "
                "A run would rebuild them over live history."
            )


def land(system: str, logical_date: Any = None, params: Any = None, run_id: Any = None) -> None:
    """Land what one system delivered for the date, into bronze."""
    settings, date = load_settings(), business_date(logical_date, params)
    with _step(settings, date, "landing", system) as figures:
        from spark_jobs.landing import land_system

        results = land_system(_catalog(settings), settings, system, date, run_id)
        figures.update(
            rows=sum(one.stored for one in results),
            quarantined=sum(one.quarantined for one in results),
            notes=[note for one in results for note in (*one.problems, *([one.skipped] if one.skipped else []))],
        )


def build_silver(entities: list[str], logical_date: Any = None, params: Any = None, run_id: Any = None) -> None:
    """Build entities, two at a time; those that an earlier try finished are skipped by their fingerprint."""
    settings, date = load_settings(), business_date(logical_date, params)
    catalog = _catalog(settings)
    with ThreadPoolExecutor(max_workers=2) as pool:
        builds = {name: pool.submit(_build_entity, catalog, settings, name, date, run_id) for name in entities}
    failures = {name: error for name, build in builds.items() if (error := build.exception())}
    for name, error in failures.items():
        log.error("silver.%s: %s", name, error)
    for error in failures.values():
        raise error


def gate(layer: str, logical_date: Any = None, params: Any = None, run_id: Any = None) -> None:
    """Check one layer; a critical failure ends the run without a retry."""
    settings, date = load_settings(), business_date(logical_date, params)
    with _step(settings, date, f"gate {layer}", "") as figures, _session(settings, run_id, f"gate_{layer}") as spark:
        from expectations.gate import run_gate

        result = run_gate(spark, settings, _catalog(settings), layer, date, run_id)
        figures.update(text=str(result))


def identify(logical_date: Any = None, params: Any = None, run_id: Any = None) -> None:
    """Say which records are one customer, and show SQL readers what identity wrote."""
    settings, date = load_settings(), business_date(logical_date, params)
    with _step(settings, date, "identity", "") as figures, _session(settings, run_id, "identity") as spark:
        from spark_jobs.identity.daily import resolve_customers

        outcome = resolve_customers(settings, date, spark)
        _register(spark, settings, "identity.")
        figures.update(text="silver knows no parties" if outcome is None else str(outcome))


def build_marts(logical_date: Any = None, params: Any = None, run_id: Any = None) -> None:
    """Build staging, intermediate and marts with dbt."""
    settings, date = load_settings(), business_date(logical_date, params)
    with _step(settings, date, "marts", "") as figures:
        from dbt_project.run import build
        from spark_jobs.ledger import Ledger

        is_anew = Ledger(settings.home).took_back(run_id)  # incremental marts cannot see rows that are gone
        figures.update(nodes=len(build(settings, "", str(date), run_id, full_refresh=is_anew).nodes))


def index_tags(logical_date: Any = None, params: Any = None, run_id: Any = None) -> None:
    """Write the bitmap index and the catalogue of the tags that dbt built, and who is in each stored audience."""
    settings, date = load_settings(), business_date(logical_date, params)
    with _step(settings, date, "tags", "") as figures, _session(settings, run_id, "tags") as spark:
        from dbt_project.tags.publishing import publish_index
        from serving.audiences.snapshots import write_snapshot

        words, catalogue, audiences = (_as_before(settings, name, date) for name in TAGS_BEFORE)
        before = None if words is None or catalogue is None else (words, catalogue.to_table())
        figures.update(publish_index(settings, date, before))
        figures.update(audiences=write_snapshot(settings, date, None if audiences is None else audiences.to_table()))
        for name in WITHOUT_SPARK:
            _register(spark, settings, name)


def publish(logical_date: Any = None, params: Any = None, run_id: Any = None) -> None:
    """Make what was built the release that consumers read."""
    settings, date = load_settings(), business_date(logical_date, params)
    with _step(settings, date, "publish", "") as figures, _session(settings, run_id, "publish") as spark:
        from spark_jobs import release

        figures.update(release=release.publish(spark, settings, date, run_id).release_id)


def export(logical_date: Any = None, params: Any = None, run_id: Any = None) -> None:
    """Show SQL readers the tables that were written without Spark, and close the run's log."""
    settings, date = load_settings(), business_date(logical_date, params)
    with _step(settings, date, "export", "") as figures, _session(settings, run_id, "export") as spark:
        figures.update(registered=_register(spark, settings))
    RunLog(settings.home, date).finish()


def maintain(logical_date: Any = None, params: Any = None, run_id: Any = None) -> None:
    """Compact, vacuum, archive and report orphans."""
    settings, date = load_settings(), business_date(logical_date, params)
    with _step(settings, date, "maintenance", ""), _session(settings, run_id, "maintain") as spark:
        from spark_jobs import release

        release.maintain(spark, settings)


def business_date(logical_date: Any, params: Any) -> dt.date:
    """The parameter when it is given, else the day of the run's logical date."""
    given = (params or {}).get("business_date")
    if given:
        return dt.date.fromisoformat(str(given))
    if logical_date is None:
        raise AirflowFailException("A run needs a business date: trigger it with one.")
    return logical_date.date()


def _build_entity(catalog: Catalog, settings: Settings, name: str, date: dt.date, run_id: str) -> None:
    with _step(settings, date, "silver", name) as figures, _session(settings, run_id, f"silver.{name}") as spark:
        from spark_jobs.runner import build_entity

        result = build_entity(spark, catalog, settings, name, date, run_id)
        figures.update(rows=result.rows, quarantined=result.quarantined, way=result.way)


def _register(spark: Any, settings: Settings, prefix: str = "") -> int:
    """Make tables that were written without Spark known to the metastore; how many were not."""
    from spark_jobs import io, release

    new = [name for name in release.missing_tables(spark, settings) if name.startswith(prefix)]
    for name in new:
        io.register(spark, settings, name)
    return len(new)


def _as_before(settings: Settings, table: str, date: dt.date) -> Any:
    """The rows that the last release of an earlier date has of a table; None when there are none."""
    from spark_jobs.release.history import UnknownRelease, read_as_of

    try:
        return read_as_of(settings, table, date - dt.timedelta(days=1))
    except UnknownRelease:
        return None


def _catalog(settings: Settings) -> Catalog:
    from spark_jobs.catalog.loading import load_catalog

    return load_catalog(settings.catalog_root).in_environment(settings.environment)


@contextmanager
def _session(settings: Settings, run_id: str, name: str) -> Iterator[Any]:
    from spark_jobs.session import close, connect

    spark = connect(settings, run_id, name)
    try:
        yield spark
    finally:
        close(spark)


@contextmanager
def _step(settings: Settings, date: dt.date, stage: str, item: str) -> Iterator[dict[str, Any]]:
    """Time one step into the run's log; what cannot pass by trying again fails at once."""
    with RunLog(settings.home, date).step(stage, item) as figures:
        try:
            yield figures
        except Exception as error:
            if _is_final(error):
                raise AirflowFailException(str(error)) from error
            raise


def _is_final(error: Exception) -> bool:
    names: list[str] = [kind.__name__ for kind in type(error).__mro__]
    return bool(FINAL & set(names))
