"""What a release keeps of its making, so that a number leads to the SQL that made it.

`<home>/releases/<release_id>/` holds manifest.json.gz (dbt's), compiled/ (the SQL as it ran) and definitions.json (hash
of every contract, model and suite). A roll back takes over what the release that it restores has kept.
"""

import gzip
import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from spark_jobs.release.models import Release
from spark_jobs.settings import PROJECT, Settings

DEFINITIONS = {
    "spark_jobs": ("*.yml",), "dbt_project": ("models/**/*.sql", "models/**/*.yml", "macros/*.sql"),
    "expectations": ("suites/**/*.yml",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Description:
    """What a table and its columns mean, as its model says."""

    table: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


def keep(settings: Settings, release: Release) -> Path | None:
    """Copy manifest, compiled SQL and hashes; again changes nothing. None when there is nothing to keep."""
    folder = _folder(settings.home, release.release_id)
    if release.restored_release_id:
        return _take_over(_folder(settings.home, release.restored_release_id), folder)
    target = settings.home / "dbt" / "target"
    manifest = target / "manifest.json"
    if not manifest.exists():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json.gz").write_bytes(gzip.compress(manifest.read_bytes(), mtime=0))
    (folder / "definitions.json").write_text(json.dumps(hashes(settings.catalog_root), indent=1), encoding="utf-8")
    shutil.rmtree(folder / "compiled", ignore_errors=True)
    if (target / "compiled").is_dir():
        shutil.copytree(target / "compiled", folder / "compiled")
    return folder


def hashes(catalog_root: Path) -> dict[str, str]:
    """SHA-256 of every definition, by its path in the project; the contracts are those of the catalogue in use."""
    files = {
        f"{name}/{path.relative_to(root).as_posix()}": path
        for name, patterns in DEFINITIONS.items()
        for root in [catalog_root if name == "spark_jobs" else PROJECT / name]
        for pattern in patterns
        for path in (root.rglob(pattern) if "/" not in pattern else root.glob(pattern))
    }
    return {name: hashlib.sha256(files[name].read_bytes()).hexdigest() for name in sorted(files)}


def descriptions(settings: Settings, release: Release) -> dict[str, Description]:
    """`{schema.table: description}` from the manifest that the release keeps; empty where it keeps none."""
    path = _folder(settings.home, release.release_id) / "manifest.json.gz"
    if not path.exists():
        return {}
    nodes = json.loads(gzip.decompress(path.read_bytes()))["nodes"].values()
    return {
        f"{node['schema']}.{node.get('alias') or node['name']}": Description(
            node.get("description") or "",
            {name: column.get("description") or "" for name, column in node["columns"].items()},
        )
        for node in nodes
        if node["resource_type"] == "model"
    }


def _take_over(restored: Path, folder: Path) -> Path | None:
    if not restored.is_dir():
        return None
    shutil.copytree(restored, folder, dirs_exist_ok=True)
    return folder


def _folder(home: Path, release_id: str) -> Path:
    return home / "releases" / release_id
