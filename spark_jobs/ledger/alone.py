"""What only one process may do to a table that is written without Spark: make it, and merge its small files."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable, Schema


def create(folder: Path, schema: pa.Schema) -> None:
    """Make the table empty in that folder, unless it is there.

    delta-rs lets two processes make a table one after the other, the second as a change of its schema: whoever appends
    in between fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder, waits=True):
        if not DeltaTable.is_deltatable(str(folder)):
            DeltaTable.create(str(folder), Schema.from_arrow(schema))


def compact(folder: Path) -> bool:
    """Merge the files of the table in that folder in one commit; False when another process is doing it.

    Each time over the newest version: delta-rs lets two compactions of the same files both commit (its check for
    conflicts skips removals that change no data), and then every row is there twice.
    """
    with _alone(folder, waits=False) as is_alone:
        if is_alone:
            DeltaTable(str(folder)).optimize.compact()
        return is_alone


@contextmanager
def _alone(folder: Path, *, waits: bool) -> Iterator[bool]:
    """Hold the table's lock, which the system frees when the process dies; False when another has it."""
    with (folder.parent / f".{folder.name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
