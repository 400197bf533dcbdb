"""Pure functions on values, applied to columns of Arrow tables: each distinct value once."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import pyarrow as pa

Column: TypeAlias = pa.Array | pa.ChunkedArray


def normalised(column: Column, function: Callable[[str], str | None]) -> pa.Array:
    """The function's answer for each text; NULL stays NULL."""
    encoded = _whole(column).dictionary_encode()
    answers = pa.array([function(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return answers.take(encoded.indices)


def normalised_together(
    columns: Sequence[Column], function: Callable[..., tuple[str | None, ...]], answers: int
) -> list[pa.Array]:
    """The function's answers for each combination of texts (None where NULL), one array an answer."""
    rows = list(zip(*(_whole(column).to_pylist() for column in columns), strict=True))
    distinct = {row: place for place, row in enumerate(dict.fromkeys(rows))}
    found = [function(*row) for row in distinct]
    places = pa.array([distinct[row] for row in rows], pa.int64())
    return [pa.array([one[at] for one in found], pa.string()).take(places) for at in range(answers)]


def _whole(column: Column) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
