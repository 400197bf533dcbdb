"""The readable end of a run: what was loaded, refused, checked, published, how long it took, where to look."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from deltalake import DeltaTable, QueryBuilder
from rich.console import Console
from rich.table import Table

from infra import airflow
from spark_jobs.catalog.names import SCHEMAS, table_path
from spark_jobs.run_log import RunLog
from spark_jobs.settings import Settings

REASONS = """
select source, rule, min(reason) as reason, count(*) as rows, count(distinct delivery_id) as deliveries
from {name} group by source, rule order by rows desc, source, rule
"""
GATES = """
select layer, severity, sum(case when success then 1 else 0 end) as passed,
  sum(case when success then 0 else 1 end) as failed
from {name} where business_date = date '{day}' group by layer, severity order by layer, severity
"""


def show(settings: Settings, dates: list[date], console: Console) -> None:
    """Print the summary of the runs of these dates."""
    console.rule("[bold]Summary")
    console.print(_layers(settings))
    console.print(_quarantine(settings))
    for day in dates[-1:]:
        console.print(_gates(settings, day))
    console.print(_timings(settings, dates))
    console.print(_notes(settings, dates), markup=False)
    console.print(where_to_look(settings), markup=False, soft_wrap=True)


def query(home: Path, table: str, sql: str) -> list[dict[str, Any]]:
    """Rows of a SQL query over one Delta table, named {name} in it; none when the table does not exist."""
    path = table_path(home, table)
    if not any((path / "_delta_log").glob("*.json")):
        return []
    rows = QueryBuilder().register("asked", DeltaTable(path)).execute(sql.replace("{name}", "asked")).read_all()
    return _records(rows)


def _records(rows: Any) -> list[dict[str, Any]]:
    import pyarrow as pa

    return pa.table(rows).to_pylist()


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for at, column in enumerate(columns):
        table.add_column(column, justify="left" if at == 0 else "right")
    return table


def _layers(settings: Settings) -> Table:
    shown = _table("Rows per layer", "layer", "tables", "rows")
    for schema in SCHEMAS:
        folders = (settings.home / "tables" / schema).glob("*")
        counts = [_row_count(path) for path in folders if any((path / "_delta_log").glob("*.json"))]
        if counts:
            shown.add_row(schema, f"{len(counts)}", f"{sum(counts):,}")
    return shown


def _row_count(path: Path) -> int:
    import pyarrow as pa

    actions = pa.table(DeltaTable(path).get_add_actions(flatten=True))
    return sum(value or 0 for value in actions.column("num_records").to_pylist()) if actions.num_rows else 0


def _quarantine(settings: Settings) -> Table:
    shown = Table(title="Quarantined rows and refused deliveries", title_justify="left", title_style="bold")
    for column in ("rows", "source", "rule", "reason (first of them)"):
        shown.add_column(column, justify="right" if column == "rows" else "left", overflow="fold")
    found = [row for table in ("landing_rows", "silver_rows") for row in _reasons(settings, table)]
    for row in sorted(found, key=lambda row: -row["rows"])[:40]:
        shown.add_row(f"{row['rows']:,}", row["source"], row["rule"], str(row["reason"])[:120])
    refused = "select source, state, count(*) as rows, min(state_reason) as reason from {name} "
    refused += "where state <> 'accepted' group by source, state order by source"
    for row in query(settings.home, "governance.deliveries", refused):
        shown.add_row(f"{row['rows']:,}", row["source"], f"delivery {row['state']}", str(row["reason"] or "")[:120])
    return shown


def _reasons(settings: Settings, table: str) -> list[dict[str, Any]]:
    return query(settings.home, f"quarantine.{table}", REASONS)


def _gates(settings: Settings, day: date) -> Table:
    shown = _table(f"Gates on {day}", "layer", "severity", "passed", "failed")
    try:
        results = query(settings.home, "governance.quality_results", GATES.replace("{day}", str(day)))
    except Exception as error:
        shown.add_row("unknown", str(error)[:80], "", "")
        return shown
    for row in results:
        shown.add_row(row["layer"], row["severity"], f"{row['passed']:,}", f"{row['failed']:,}")
    return shown


def _timings(settings: Settings, dates: list[date]) -> Table:
    shown = _table("Seconds per stage", "stage", *map(str, dates))
    by_day = [RunLog(settings.home, day).stage_seconds() for day in dates]
    for stage in dict.fromkeys(stage for seconds in by_day for stage in seconds):
        shown.add_row(stage, *(f"{seconds[stage]:.1f}" if stage in seconds else "" for seconds in by_day))
    return shown


def _notes(settings: Settings, dates: Iterable[date]) -> str:
    steps = [(day, step) for day in dates for step in RunLog(settings.home, day).read()]
    notes = [f"{day} {step['item']}: {note}" for day, step in steps for note in step.get("notes", [])]
    releases = [f"Release {step['release']} of {day} was published." for day, step in steps if step.get("release")]
    return "\n".join([*notes, *releases])


def where_to_look(settings: Settings) -> str:
    """Addresses, and a query that works as it stands."""
    home = settings.home
    pages = {
        "SQL (JDBC)": f"jdbc:hive2://127.0.0.1:{settings.thrift_port}",
        "SQL (here)": 'make sql Q="select * from serving.customer_360 limit 5"',
        "Data Docs": _first(home, "**/data_docs/**/index.html") or _first(home, "**/local_site/index.html"),
        "dbt docs": _first(home, "dbt/**/static_index.html"),
        "Airflow": f"http://127.0.0.1:{settings.airflow_port} after `make up` (user {airflow.USER})",
        "Logs": f"{home / 'runs'}, {home / 'lakehouse' / 'lakehouse.log'}",
    }
    return "Where to look\n" + "\n".join(f"  {name:<12} {place}" for name, place in pages.items() if place)


def _first(home: Path, pattern: str) -> str:
    skipped = home / "tables"
    found = next((path for path in home.glob(pattern) if skipped not in path.parents), None)
    return found.as_uri() if found else ""
