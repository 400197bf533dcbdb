"""Which tables a release publishes: every model of marts and serving, by the place of its file."""

from pathlib import Path

MODELS = Path(__file__).resolve().parent / "models"


def released_tables(models: Path = MODELS) -> tuple[str, ...]:
    """Names of the tables that a release publishes, sorted. All live in schema `marts`."""
    return tuple(sorted(path.stem for layer in ("marts", "serving") for path in (models / layer).rglob("*.sql")))
