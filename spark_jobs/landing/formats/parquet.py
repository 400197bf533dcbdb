"""Parquet: typed values as one canonical text each."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from spark_jobs.catalog.models import Server, Source
from spark_jobs.landing.formats.texts import as_text
from spark_jobs.landing.problems import RejectedDeliveryError
from spark_jobs.landing.streams import DeliveredFile
from spark_jobs.landing.tally import Tally

ROWS_A_TABLE = 131_072


def read_parquet(file: DeliveredFile, source: Source, server: Server, tally: Tally) -> Iterator[pa.Table]:
    """Tables of the file's columns as text: dates `2026-06-01`, timestamps `2026-06-01T08:30:00[.123456][Z]`, decimals
    with their scale, lists and structs as JSON. The first table is empty and shows the columns."""
    del source
    with _unpacked(file) as path:
        try:
            parquet = pq.ParquetFile(path)
        except (pa.ArrowInvalid, OSError) as error:
            raise RejectedDeliveryError("bad_parquet", f"{file.path.name} is no whole Parquet file: {error}") from error
        yield _as_text(parquet.schema_arrow.empty_table(), 0, server.null_values)
        for batch in parquet.iter_batches(ROWS_A_TABLE):
            table = _as_text(pa.Table.from_batches([batch]), tally.delivered, server.null_values)
            tally.delivered += table.num_rows
            yield table


@contextmanager
def _unpacked(file: DeliveredFile) -> Iterator[Path]:
    if not file.is_packed:
        yield file.local_file()
        return
    with tempfile.NamedTemporaryFile(suffix=".parquet") as unpacked:
        shutil.copyfileobj(file.stream(), unpacked)
        unpacked.flush()
        yield Path(unpacked.name)


def _as_text(table: pa.Table, before: int, null_values: tuple[str, ...]) -> pa.Table:
    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        text = canonical(column)
        is_null = pc.is_in(text, pa.array(list(null_values), pa.string()))
        columns[name] = pc.if_else(is_null, pa.scalar(None, pa.string()), text)
    columns["_row_number"] = pa.array(range(before + 1, before + table.num_rows + 1), pa.int64())
    return pa.table(columns)


def canonical(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Typed values as text, one text for one value."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return canonical(column.cast(kind.value_type))
    if pa.types.is_timestamp(kind):
        return _timestamps(column)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return _each(column, bytes.hex)
    if pa.types.is_nested(kind):
        return _each(column, as_text)
    return column.cast(pa.string())


def _timestamps(column: pa.ChunkedArray) -> pa.ChunkedArray:
    zone = "Z" if column.type.tz else ""
    in_utc = column.cast(pa.timestamp(column.type.unit, "UTC")) if column.type.tz else column
    plain = in_utc.cast(pa.timestamp(column.type.unit)).cast(pa.string())
    iso = pc.replace_substring(plain, " ", "T")
    return pc.binary_join_element_wise(pc.replace_substring_regex(iso, r"\.0+$", ""), zone, "")


def _each(column: pa.ChunkedArray, text: object) -> pa.ChunkedArray:
    values = [None if value is None else text(value) for value in column.to_pylist()]  # type: ignore[operator]
    return pa.chunked_array([pa.array(values, pa.string())])
