"""The columns of a delivery held against its contract."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spark_jobs.catalog.models import DriftAction, DriftKind, Source

DEFAULTS: Mapping[DriftKind, DriftAction] = {
    "added": "accept",
    "missing": "quarantine",
    "renamed": "quarantine",
    "reordered": "accept",
    "retyped": "accept",
}
SIMILAR, VERY_SIMILAR = 0.6, 0.85


@dataclass(frozen=True)
class Difference:
    """One way in which a delivery leaves its contract."""

    kind: DriftKind
    action: DriftAction
    column: str
    text: str


@dataclass(frozen=True)
class Mapped:
    """Which delivered column fills which bronze column, and what differs from the contract."""

    columns: Mapping[str, str]
    """Delivered name -> bronze name."""
    differences: tuple[Difference, ...] = ()

    def worst(self) -> Difference | None:
        """The first difference that stops the run, else the first that rejects the delivery."""
        for action in ("stop", "quarantine"):
            for one in self.differences:
                if one.action == action:
                    return one
        return None


def map_columns(source: Source, delivered: Sequence[str], *, has_header: bool = True) -> Mapped:
    """Map delivered columns to the contract's by physical name; case and outer spaces are ignored.

    Without a header (JSON, XML, YAML) a record names only what it has: then order means nothing, and only a key or a
    required column can be missing.
    """
    declared = {_plain(column.physical_name or column.name): column.name for column in source.columns}
    physical = {column.name: column.physical_name or column.name for column in source.columns}
    columns = {name: declared[_plain(name)] for name in delivered if _plain(name) in declared}
    added = [name for name in delivered if name not in columns]
    missing = [name for name in declared.values() if name not in columns.values()]
    needed = {column.name for column in source.columns if has_header or column.is_key or column.is_required}
    renamed = _renamed(added, {physical[name]: name for name in missing}, needed)
    found: list[tuple[DriftKind, str, str]] = []
    for name, meant in renamed.items():
        columns[name] = meant
        found.append(("renamed", meant, f"column {physical[meant]!r} is delivered as {name!r}"))
    for name in missing:
        if name in needed and name not in renamed.values():
            found.append(("missing", name, f"column {physical[name]!r} is missing"))
    for name in added:
        if name not in renamed:
            columns[name] = _bronze_name(name, {*physical, *columns.values()})
            found.append(("added", name, f"column {name!r} is not in the contract"))
    if has_header and _is_reordered(source, columns):
        found.append(("reordered", "", "the columns come in another order than the contract's"))
    policy = {**DEFAULTS, **source.load.drift}
    return Mapped(columns, tuple(Difference(kind, policy[kind], column, text) for kind, column, text in found))


def _plain(name: str) -> str:
    return name.strip().casefold()


def _renamed(added: list[str], missing: Mapping[str, str], needed: set[str]) -> dict[str, str]:
    renamed: dict[str, str] = {}
    for name in added:
        open_names = {_words(one): one for one, meant in missing.items() if meant not in renamed.values()}
        for close in difflib.get_close_matches(_words(name), open_names, n=1, cutoff=SIMILAR):
            meant = missing[open_names[close]]
            if meant in needed or difflib.SequenceMatcher(None, _words(name), close).ratio() >= VERY_SIMILAR:
                renamed[name] = meant
    return renamed


def _words(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _bronze_name(name: str, taken: set[str]) -> str:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    base = re.sub(r"\W+", "_", snake).strip("_").lower() or "column"
    candidate, number = base, 2
    while candidate in taken:
        candidate, number = f"{base}_{number}", number + 1
    return candidate


def _is_reordered(source: Source, columns: Mapping[str, str]) -> bool:
    place = {column.name: at for at, column in enumerate(source.columns)}
    places = [place[name] for name in columns.values() if name in place]
    return places != sorted(places)
