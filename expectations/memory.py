"""governance.gate_counts: what the last gate counted in each data file, so that the next gate reads new files only."""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake.exceptions import DeltaError

from spark_jobs.ledger.store import Store

GATE_COUNTS = "governance.gate_counts"
SCHEMA = pa.schema(
    [
        ("layer", pa.string()),
        ("table_name", pa.string()),
        ("table_state", pa.string()),
        ("scope", pa.string()),
        ("measure", pa.string()),
        ("value", pa.string()),
    ]
)
"""One row per table, scope and measure. A scope is a data file, or the table's state: a measure over all its rows."""
ROWS, TARGET = "rows", "target "
"""Measures of our own: rows of a file, and the state of a referenced table (`target <schema>.<table>`)."""
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Memory:
    """What is known of one table: all of it as the same gate found it."""

    state: str = ""
    """The table's state then; empty when no gate has seen it."""
    rows: dict[str, int] = field(default_factory=dict)
    """Rows of each file that the table had then."""
    counts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Scope -> measure -> value."""
    targets: dict[str, str] = field(default_factory=dict)
    """State then of the tables that it refers to."""


def recall(home: Path) -> dict[str, Memory]:
    """Memory of every table that a gate has seen, by `schema.table`."""
    store = Store(home)
    known: dict[str, Memory] = defaultdict(Memory)
    for row in _read(store).to_pylist():
        one = known[row["table_name"]]
        one.state = row["table_state"]
        value, measure = json.loads(row["value"]), row["measure"]
        if measure == ROWS:
            one.rows[row["scope"]] = value
        elif measure.startswith(TARGET):
            one.targets[measure.removeprefix(TARGET)] = value
        else:
            one.counts.setdefault(row["scope"], {})[measure] = value
    return dict(known)


def remember(home: Path, layer: str, memories: Mapping[str, Memory]) -> None:
    """Put these in the place of what was known of their tables, in one commit.

    When another process commits at the same time, theirs stays: what is not remembered is counted again.
    """
    store = Store(home)
    others = [row for row in _read(store).to_pylist() if row["table_name"] not in memories]
    rows = [row for table, memory in memories.items() for row in _rows(layer, table, memory)]
    try:
        store.replace(GATE_COUNTS, pa.Table.from_pylist([*others, *rows], schema=SCHEMA))
    except DeltaError as error:
        log.warning("%s was not written: %s", GATE_COUNTS, error)


def _read(store: Store) -> pa.Table:
    return store.read(GATE_COUNTS) if store.exists(GATE_COUNTS) else SCHEMA.empty_table()


def _rows(layer: str, table: str, memory: Memory) -> Iterable[dict[str, str]]:
    common = {"layer": layer, "table_name": table, "table_state": memory.state}
    named = {scope: {ROWS: count} for scope, count in memory.rows.items()}
    whole = {f"{TARGET}{target}": state for target, state in memory.targets.items()}
    for scopes in (named, {memory.state: whole}, memory.counts):
        for scope, measures in scopes.items():
            for measure, value in measures.items():
                yield {**common, "scope": scope, "measure": measure, "value": json.dumps(value)}
