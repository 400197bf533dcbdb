"""Which tables are released: the dbt models that say so in the manifest of the last dbt run, and what indexes tags."""

import json
from pathlib import Path
from typing import Any

from spark_jobs.catalog.names import table_path
from spark_jobs.release.models import ReleasedTable, ReleaseRefused
from spark_jobs.settings import Settings

TAG_TABLES = (
    ReleasedTable("audiences", ("audience",)),
    ReleasedTable("tag_bases", ("customer_id", "base_date")),
    ReleasedTable("tag_catalogue", ("tag_id",)),
    ReleasedTable("tag_changes", ("customer_id", "tag_id", "business_date")),
    ReleasedTable("tag_customers", ("customer_number",)),
    ReleasedTable("tag_index", ("tag_id", "part", "number", "label")),
    ReleasedTable("tag_layouts", ("tag_id", "base_date")),
)
"""Written after dbt, without Spark."""


def released_tables(settings: Settings) -> list[ReleasedTable]:
    """Tables of the models with `meta: {released: true}`, keyed by their `primary_key` test, and the tags' tables.

    Raises ReleaseRefused.
    """
    manifest = settings.home / "dbt" / "target" / "manifest.json"
    if not manifest.exists():
        raise ReleaseRefused(f"There is nothing to release: dbt has not run in this home ({manifest} is missing).")
    beside = [one for one in TAG_TABLES if (table_path(settings.home, one.full_name) / "_delta_log").exists()]
    return sorted([*declared_in(manifest), *beside], key=lambda table: table.full_name)


def declared_in(manifest: Path) -> list[ReleasedTable]:
    """The released tables of one manifest."""
    nodes: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    keys = _keys(nodes)
    return [
        ReleasedTable(node.get("alias") or node["name"], keys.get(name, ()), node["schema"])
        for name, node in nodes.items()
        if node["resource_type"] == "model" and _is_released(node)
    ]


def _is_released(node: dict[str, Any]) -> bool:
    meta = {**(node.get("meta") or {}), **((node.get("config") or {}).get("meta") or {})}
    return bool(meta.get("released")) and (node.get("config") or {}).get("materialized") in ("table", "incremental")


def _keys(nodes: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Model -> columns of its key, from the test that proves it unique."""
    found: dict[str, tuple[str, ...]] = {}
    for node in nodes.values():
        test = node.get("test_metadata") or {}
        model = node.get("attached_node")
        kwargs = test.get("kwargs") or {}
        if test.get("name") == "primary_key" and model:
            found[model] = tuple((kwargs.get("arguments") or kwargs).get("columns") or ())
        elif test.get("name") == "unique" and model and kwargs.get("column_name"):
            found.setdefault(model, (kwargs["column_name"],))
    return found
