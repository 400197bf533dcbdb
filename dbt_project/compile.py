"""Definitions into dbt models: staging over every table of silver and identity, the list of declared sources, all tags.

Parse, validate (the catalogue does both), render into an emptied folder: the same definitions give the same bytes.
"""

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from dbt_project.identity_staging import COLUMNS, identity_models
from dbt_project.tags.rendering import example_tests, tag_models
from dbt_project.tags.statement import Plan
from spark_jobs.catalog.models import Catalog, Entity, Source
from spark_jobs.catalog.names import SILVER_ADDED_COLUMNS, VALIDITY_COLUMNS

PROJECT = Path(__file__).resolve().parent
BY_HAND = ("dbt_project.yml", "macros", "models", "data-tests")
ADDED = {
    "source_system": "System that delivered the row", "is_deleted": "Whether the source deleted the row",
    "deleted_date": "Day of the deletion", "valid_from": "First day of the period",
    "valid_to": "First day after the period; NULL while it lasts", "is_current": "Whether the period lasts",
    "_changed_date": "Business date of the run that last wrote the row",
}  # fmt: skip
MAXIMUM_AGE_DAYS = {"business_days": 0, "daily": 0, "weekly": 6, "monthly": 31}
"""Days a source's last delivery may be old on a business date before it is stale, by calendar."""


def copy_project(folder: Path) -> Path:
    """Make `folder` anew with what is written by hand; returns it. What is compiled is written beside the copies.

    Each home has a project of its own: two homes of one checkout, such as a bank's and a test's, may run side by side.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in BY_HAND:
        copy = shutil.copytree if (PROJECT / name).is_dir() else shutil.copy2
        copy(PROJECT / name, folder / name)
    return folder


def compile_models(
    catalog: Catalog,
    environment: str,
    folder: Path,
    missing: Collection[str] = (),
    identity: Collection[str] = (),
) -> list[Path]:
    """Write every generated model into `folder`, emptied first. Returns the files in order of name.

    Entities in `missing` have no silver table, since nothing that feeds them was ever delivered: they have no rows.
    `identity` are the tables of schema identity that there are.
    """
    files = identity_models(identity)
    files["stg_identity.yml"] = _identity_documentation()
    for entity in catalog.entities.values():
        has_table = entity.name not in missing
        files[f"stg_silver__{entity.name}.sql"] = _staging(entity, has_table)
        files[f"stg_silver__{entity.name}_history.sql"] = _history(entity, has_table)
    files |= {f"stg_silver__{entity.name}.yml": _documentation(entity) for entity in catalog.entities.values()}
    files["_silver.yml"] = _sources(catalog)
    files["stg_catalog__sources.sql"] = _declared_sources(catalog.in_environment(environment))
    return _write(files, folder)


def compile_tags(plan: Plan, project: Path) -> list[Path]:
    """Write the model of all tags, and a test of the families' examples a domain, into folders of a dbt project."""
    models, tests = project / "models" / "generated_tags", project / "data-tests" / "generated"
    return [*_write(tag_models(plan), models), *_write(example_tests(plan), tests)]


def _write(files: Mapping[str, str], folder: Path) -> list[Path]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, text in sorted(files.items()):
        (folder / name).write_text(text, encoding="utf-8")
    return sorted(folder.iterdir())


def _staging(entity: Entity, has_table: bool) -> str:
    names = [*_types(entity), "source_system", "_changed_date"]
    if not has_table:
        return _nothing(entity, names)
    return _select(entity, names, ["not is_deleted"] + (["is_current"] if entity.history == "scd2" else []))


def _history(entity: Entity, has_table: bool) -> str:
    validity = VALIDITY_COLUMNS if entity.history == "scd2" else {}
    names = [*_types(entity), *SILVER_ADDED_COLUMNS, *validity, "_changed_date"]
    return _select(entity, names, []) if has_table else _nothing(entity, names)


def _select(entity: Entity, names: list[str], conditions: list[str]) -> str:
    listed = ",\n".join(f"    {name}" for name in names)
    where = f"where {' and '.join(conditions)}\n" if conditions else ""
    return f"select\n{listed}\nfrom {{{{ source('silver', '{entity.name}') }}}}\n{where}"


def _nothing(entity: Entity, names: list[str]) -> str:
    types = _types(entity) | SILVER_ADDED_COLUMNS | VALIDITY_COLUMNS | {"_changed_date": "date"}
    listed = ",\n".join(f"    cast(null as {types[name]}) as {name}" for name in names)
    return f"-- nothing that feeds {entity.name} was ever delivered\nselect\n{listed}\nwhere false\n"


def _types(entity: Entity) -> dict[str, str]:
    return {column.name: column.type for column in entity.columns}


def _documentation(entity: Entity) -> str:
    columns = {column.name: column.description for column in entity.columns}
    added = {"source_system": ADDED["source_system"], "_changed_date": ADDED["_changed_date"]}
    validity = VALIDITY_COLUMNS if entity.history == "scd2" else {}
    kept = {name: ADDED[name] for name in [*SILVER_ADDED_COLUMNS, *validity, "_changed_date"]}
    text = f"{entity.description} Every row that silver keeps: past periods and deleted rows too."
    models = [
        _described(f"stg_silver__{entity.name}", entity.description, columns | added),
        _described(f"stg_silver__{entity.name}_history", text, columns | kept),
    ]
    return _yaml({"version": 2, "models": models})


def _identity_documentation() -> str:
    models = [
        _described(f"stg_identity__{table}", f"identity.{table}.", {name: text for name, (_, text) in columns.items()})
        for table, columns in COLUMNS.items()
    ]
    tables = [{"name": table} for table in COLUMNS]
    source = {"name": "identity", "schema": "identity", "description": "Customers, resolved.", "tables": tables}
    return _yaml({"version": 2, "models": models, "sources": [source]})


def _described(name: str, text: str, columns: Mapping[str, str]) -> dict[str, Any]:
    listed = [{"name": column, "description": description} for column, description in columns.items()]
    return {"name": name, "description": text, "columns": listed}


def _sources(catalog: Catalog) -> str:
    tables = [{"name": entity.name, "description": entity.description} for entity in catalog.entities.values()]
    described = {"name": "silver", "schema": "silver", "description": "Canonical tables, one an entity."}
    return _yaml({"version": 2, "sources": [{**described, "tables": tables}]})


def _declared_sources(catalog: Catalog) -> str:
    """One row a source. A list of values is one small table for Spark; as many selects would be as many tasks."""
    columns = "source, source_system, owner_name, is_required, maximum_age_days"
    rows = [_declared(source) for source in catalog.sources.values()]
    listed = ",\n    ".join(rows or ["('', '', '', false, cast(null as int))"])
    condition = "" if rows else "where false\n"
    return f"select {columns}\nfrom values\n    {listed}\n    as declared ({columns})\n{condition}"


def _declared(source: Source) -> str:
    age = MAXIMUM_AGE_DAYS.get(source.load.calendar.split(":")[0])
    required = str(source.load.is_required).lower()
    texts = ", ".join(_text(text) for text in (source.name, source.system, source.owner))
    return f"({texts}, {required}, cast({'null' if age is None else age} as int))"


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _yaml(value: object) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=120)
