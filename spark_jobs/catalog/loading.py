"""Definition files -> one validated catalogue."""

from pathlib import Path

from spark_jobs.catalog.contracts import read_entity, read_source
from spark_jobs.catalog.models import Catalog, Entity, Source
from spark_jobs.catalog.problems import DefinitionErrors
from spark_jobs.catalog.validation import validate

SPARK_JOBS = Path(__file__).resolve().parents[1]
Fingerprint = tuple[tuple[str, int, int], ...]
_CACHE: dict[Path, tuple[Fingerprint, Catalog]] = {}


def load_catalog(root: Path = SPARK_JOBS) -> Catalog:
    """Every source and entity below `root`, validated together; read again only when a file changed.

    Raises DefinitionErrors with every problem of every file.
    """
    fingerprint = _fingerprint(root)
    cached = _CACHE.get(root)
    if cached and cached[0] == fingerprint:
        return cached[1]
    catalog = _load(root)
    _CACHE[root] = (fingerprint, catalog)
    return catalog


def source_files(root: Path) -> list[Path]:
    """`sources/<system>/<table>.yml` below the root, sorted."""
    return sorted((root / "sources").glob("*/*.yml"))


def entity_files(root: Path) -> list[Path]:
    """`entities/<entity>.yml` below the root, sorted."""
    return sorted((root / "entities").glob("*.yml"))


def _load(root: Path) -> Catalog:
    sources = [read_source(file, file.parent.name) for file in source_files(root)]
    entities = [read_entity(file) for file in entity_files(root)]
    problems = validate(root, sources, entities)
    if problems:
        raise DefinitionErrors(problems)
    return Catalog(
        {one.definition.name: one.definition for one in sources if isinstance(one.definition, Source)},
        {one.definition.name: one.definition for one in entities if isinstance(one.definition, Entity)},
    )


def _fingerprint(root: Path) -> Fingerprint:
    files = [*source_files(root), *entity_files(root), *sorted((root / "transforms").glob("*.py"))]
    stats = [(str(file), file.stat()) for file in files]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)
