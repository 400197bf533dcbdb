"""The one command around dbt: compiles definitions into a dbt project of the home, then runs dbt in this process."""

import json
import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt_project.compile import compile_models, compile_tags, copy_project
from dbt_project.tags.loading import load_tags
from dbt_project.tags.statement import Plan
from spark_jobs.catalog.loading import load_catalog
from spark_jobs.io import register
from spark_jobs.ledger.store import Store
from spark_jobs.session import close, connect
from spark_jobs.settings import Settings
from spark_jobs.tags import kernel, ranking

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from pyspark.sql.connect.session import SparkSession

PROJECT = Path(__file__).resolve().parent
KEY_TESTS = "test_name:primary_key"
TAG_EXAMPLES = "tag:examples"
FAILED = ("error", "fail", "runtime error")
LEDGER_TABLES = ("governance.deliveries", "governance.source_freshness")
RESTART_WARNING = "CANNOT_MODIFY_STATIC_CONFIG"


class DbtError(RuntimeError):
    """dbt did not finish; the message names each failing model or test with what it said."""


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What became of one model or test."""

    name: str
    status: str
    seconds: float
    message: str


@dataclass(frozen=True, slots=True)
class DbtResult:
    """What a dbt invocation did, node by node, and its wall time."""

    nodes: tuple[NodeResult, ...]
    seconds: float
    target: Path


def build(
    settings: Settings, select: str | Sequence[str], business_date: str, run_id: str, *, full_refresh: bool = False
) -> DbtResult:
    """Compile, then `dbt build` of what `select` names ("" for all) without unit tests. Raises DbtError.

    Keys are proved by the gate in the one pass that it makes over a table; `check` proves them by dbt.
    """
    chosen = select.split() if isinstance(select, str) else list(select)
    arguments = ["build", "--exclude-resource-type", "unit_test", "--exclude", KEY_TESTS, TAG_EXAMPLES]
    arguments += ["--select", *chosen] if chosen else []
    arguments += ["--full-refresh"] if full_refresh else []
    return _run(settings, arguments, str(business_date), run_id)


def unit_tests(settings: Settings, examples: Sequence[str] = (TAG_EXAMPLES,)) -> DbtResult:
    """Run every dbt unit test and the tags' examples (of some domains: `tag_examples_<domain>`). Raises DbtError.

    Hand-written rows, no table read.
    """
    return _run(settings, ["test", "--select", "test_type:unit", *examples], "2026-06-03", "unit-tests")


def models(settings: Settings, business_date: str, run_id: str) -> DbtResult:
    """Compile, then write every model anew, without a test. Raises DbtError."""
    return _run(settings, ["run", "--full-refresh"], business_date, run_id)


def write(
    settings: Settings, chosen: Sequence[str], business_date: str, run_id: str, *, full_refresh: bool = True
) -> DbtResult:
    """Compile, then write these models from the tables that there are, without a test. Raises DbtError."""
    arguments = ["run", *(["--full-refresh"] if full_refresh else []), "--select", *chosen]
    return _run(settings, arguments, business_date, run_id)


def check(settings: Settings, business_date: str, run_id: str, *select: str) -> DbtResult:
    """Run the tests of data (of `select` only, where told) on the tables as they are, keys too. Raises DbtError."""
    chosen = ["--select", *select] if select else []
    return _run(settings, ["test", "--exclude", "test_type:unit", TAG_EXAMPLES, *chosen], business_date, run_id)


def docs(settings: Settings, business_date: str, run_id: str = "docs") -> Path:
    """Write dbt's documentation; returns its index.html, one file that opens without a server."""
    result = _run(settings, ["docs", "generate", "--static"], business_date, run_id)
    return result.target / "static_index.html"


def target_folder(settings: Settings) -> Path:
    """Where dbt keeps its manifest, compiled SQL and partial parse."""
    return settings.home / "dbt" / "target"


def _run(settings: Settings, arguments: list[str], business_date: str, run_id: str) -> DbtResult:
    catalog = load_catalog(settings.catalog_root)
    missing = [name for name in catalog.entities if name not in _built(settings, "silver")]
    project, generated = copy_project(settings.home / "dbt" / "project"), Path("models", "generated")
    compile_models(catalog, settings.environment, project / generated, missing, _built(settings, "identity"))
    plan = Plan(load_tags())
    compile_tags(plan, project)
    target = target_folder(settings)
    values = {
        "business_date": business_date, "base_currency": settings.base_currency, "run_id": run_id,
        "tables_root": str(settings.home / "tables"), "retention_days": settings.retention_days,
    }  # fmt: skip
    command = [
        *arguments, "--project-dir", str(project), "--profiles-dir", str(PROJECT), "--target-path", str(target),
        "--log-path", str(settings.home / "logs" / "dbt"), "--vars", json.dumps(values),
        "--log-level", "none", "--log-level-file", "info",
    ]  # fmt: skip
    spark = connect(settings, run_id, f"dbt {arguments[0]}")
    try:
        _show_ledger(spark, settings)
        _offer_tag_functions(spark, plan)
        with _environment(settings), _quiet():
            outcome = _invoke(command)
    finally:
        close(spark)
    return _result(outcome, target)


def _offer_tag_functions(spark: "SparkSession", plan: Plan) -> None:
    kernel.register(spark, plan.statement, plan.slots)
    kernel.register_daily(spark, plan.daily_statement, plan.slots, plan.daily_tags)
    if plan.percentiles:
        ranking.register(spark, plan.ranks_statement, list(plan.percentiles))


def _built(settings: Settings, schema: str) -> set[str]:
    """Names of the schema's tables that have been written."""
    return {log.parent.name for log in (settings.home / "tables" / schema).glob("*/_delta_log")}


def _show_ledger(spark: Any, settings: Settings) -> None:
    """The marts read the ledger, which is written without Spark: its tables exist and are known to the lakehouse."""
    for table in LEDGER_TABLES:
        Store(settings.home).create(table)
        register(spark, settings, table)


def _invoke(command: list[str]) -> "dbtRunnerResult":
    from dbt.cli.main import dbtRunner

    return dbtRunner().invoke(command)


def _result(outcome: "dbtRunnerResult", target: Path) -> DbtResult:
    results = list(getattr(outcome.result, "results", None) or [])
    nodes = tuple(_node(one) for one in results)
    if not outcome.success:
        raise DbtError(_failure(outcome, nodes))
    return DbtResult(nodes, float(getattr(outcome.result, "elapsed_time", 0.0) or 0.0), target)


def _node(result: Any) -> NodeResult:
    return NodeResult(
        result.node.name, str(result.status), round(float(result.execution_time), 3), str(result.message or "")
    )


def _failure(outcome: "dbtRunnerResult", nodes: Sequence[NodeResult]) -> str:
    failed = [node for node in nodes if node.status in FAILED]
    failed = failed or [node for node in nodes if node.status == "skipped" and node.message]
    skipped = sum(node.status == "skipped" for node in nodes)
    lines = [f"  {node.name}: {_first_lines(node.message)}" for node in failed]
    if not lines:
        lines = [f"  {outcome.exception or 'no node ran'}"]
    return f"dbt stopped: {len(failed)} failed, {skipped} skipped.\n" + "\n".join(lines)


def _first_lines(message: str, count: int = 4) -> str:
    lines = [line.strip() for line in message.split("JVM stacktrace", maxsplit=1)[0].splitlines()]
    kept = [line for line in lines if line and not line.startswith(("Runtime Error", "An error occurred"))]
    return " | ".join(line[:300] for line in kept[:count])


@contextmanager
def _environment(settings: Settings) -> Iterator[None]:
    """dbt finds the session through SPARK_REMOTE; nothing is sent anywhere."""
    wanted = {
        "SPARK_REMOTE": settings.spark_remote, "DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "BELLWETHER_DBT_THREADS": str(max(2, min(4, settings.threads + 1))),
    }  # fmt: skip
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out what says nothing: the warning on settings that only a new process can take, and whole query plans."""

    class OnlyNews(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            return RESTART_WARNING not in record.getMessage()

    news, plans = OnlyNews(), logging.getLogger("SQLQueryContextLogger")
    plans.disabled = True
    for handler in logging.getLogger().handlers:
        handler.addFilter(news)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=f".*{RESTART_WARNING}.*")
            yield
    finally:
        for handler in logging.getLogger().handlers:
            handler.removeFilter(news)
