"""CSV and its relatives. Regular blocks are parsed by pyarrow as a whole; only blocks with trouble are scanned record
by record, and both give the same rows."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from spark_jobs.catalog.models import Server, Source
from spark_jobs.landing.formats.records import CarefulScan, Dialect, Record, describe
from spark_jobs.landing.problems import RejectedDeliveryError
from spark_jobs.landing.streams import DeliveredFile, is_text, raw_text
from spark_jobs.landing.tally import Tally

PARSERS = 2
AHEAD = 3
TRAILING = "_trailing"


@dataclass
class _Parsed:
    rows: pa.Table
    bad: list[tuple[int, str, str, str]] = field(default_factory=list)
    """(number within the block, rule, reason, raw) of records that cannot be read."""


@dataclass(frozen=True)
class _Layout:
    dialect: Dialect
    names: tuple[str, ...]
    null_values: tuple[str, ...]


@dataclass(frozen=True)
class _Frame:
    """Whole records: their text and its number of lines when it is regular, else perhaps the records found in it."""

    content: bytes = b""
    lines: int | None = None
    records: list[Record] | None = None


def read_delimited(file: DeliveredFile, source: Source, server: Server, tally: Tally) -> Iterator[pa.Table]:
    """Tables of the file's columns; the first is empty and shows the header."""
    dialect = dialect_of(server)
    blocks = _without_lines(file.blocks(), int(server.options.get("skip_rows", 0)))
    pending = next(blocks, b"")
    names: tuple[str, ...] = tuple(column.physical_name or column.name for column in source.columns)
    if server.has_header:
        names, pending = _header(dialect, pending, blocks, file.path.name)
    has_trailing = server.options.get("trailing_delimiter", "").lower() == "true"
    if has_trailing:
        names = (*(name for name in names if name), TRAILING)
    layout = _Layout(dialect, names, server.null_values)
    tables = _numbered(_parsed(_framed(pending, blocks, layout), layout), tally)
    for table in chain([_empty(names)], tables):
        yield table.drop_columns([TRAILING]) if has_trailing else table


def dialect_of(server: Server) -> Dialect:
    """The dialect that the contract declares."""
    delimiter = {"\\t": "\t", "tab": "\t"}.get(server.delimiter, server.delimiter)
    quote = server.options.get("quote", '"')
    limit = int(server.options.get("max_record_bytes", Dialect.max_record_bytes))
    return Dialect(delimiter, None if quote in ("", "none") else quote, server.options.get("escape") or None, limit)


def _empty(names: tuple[str, ...]) -> pa.Table:
    fields = [pa.field(name, pa.string()) for name in names]
    return pa.schema([*fields, pa.field("_row_number", pa.int64())]).empty_table()


def _without_lines(blocks: Iterator[bytes], count: int) -> Iterator[bytes]:
    for block in blocks:
        while count and b"\n" in block:
            block = block.split(b"\n", 1)[1]  # noqa: PLW2901
            count -= 1
        if not count:
            yield block


def _header(dialect: Dialect, pending: bytes, blocks: Iterator[bytes], file_name: str) -> tuple[tuple[str, ...], bytes]:
    while b"\n" not in pending and (more := next(blocks, None)) is not None:
        pending += more
    line, _, rest = pending.partition(b"\n")
    try:
        names = tuple(name.strip() for name in dialect.values(line.decode().rstrip("\r")))
    except UnicodeDecodeError:
        raise RejectedDeliveryError("bad_header", f"{file_name}: line 1 is not text", raw_text(line)) from None
    if not any(names):
        raise RejectedDeliveryError("no_header", f"{file_name} has no header line")
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        reason = f"{file_name}, line 1: column {', '.join(repeated)} appears more than once"
        raise RejectedDeliveryError("repeated_column", reason, raw_text(line))
    return names, rest


def _framed(pending: bytes, blocks: Iterator[bytes], layout: _Layout) -> Iterator[_Frame]:
    """Frames of whole records."""
    dialect = layout.dialect
    for block in blocks:
        pending = pending + block if pending else block
        regular = dialect.regular_end(pending)
        has_no_end = regular is not None and regular[0] == 0 and len(pending) > dialect.max_record_bytes
        if regular is None or has_no_end:
            scan = CarefulScan(dialect, len(layout.names))
            frame, end = _Frame(records=list(scan.records(pending, is_last=False))), scan.end
        else:
            end = regular[0]
            frame = _Frame(pending[:end], regular[1])
        if end:
            yield frame
            pending = pending[end:]
    if pending:
        regular = dialect.regular_end(pending)
        is_whole = regular is not None and regular[0] == len(pending)
        yield _Frame(pending, regular[1] if regular and is_whole else None)


def _parsed(frames: Iterator[_Frame], layout: _Layout) -> Iterator[_Parsed]:
    with ThreadPoolExecutor(PARSERS, thread_name_prefix="parse") as pool:
        waiting: deque[Future[_Parsed]] = deque()
        for frame in frames:
            waiting.append(pool.submit(_parse, frame, layout))
            if len(waiting) >= AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _parse(frame: _Frame, layout: _Layout) -> _Parsed:
    content = frame.content
    is_regular = frame.lines is not None and (content.isascii() or is_text(content))
    parsed = _parse_fast(content, layout) if is_regular else None
    if parsed is not None and parsed.rows.num_rows + len(parsed.bad) == frame.lines:
        return parsed
    records = frame.records
    if records is None:
        records = list(CarefulScan(layout.dialect, len(layout.names)).records(content, is_last=True))
    return _parse_records(records, layout)


def _parse_fast(content: bytes, layout: _Layout) -> _Parsed | None:
    bad: list[tuple[int, str, str, str]] = []

    def note(row: pacsv.InvalidRow) -> str:
        reason = f"{row.actual_columns} values where {row.expected_columns} are expected"
        bad.append((row.number, "wrong_number_of_values", reason, row.text))
        return "skip"

    try:
        rows = _read_csv(content, layout, note)
    except pa.ArrowInvalid:
        return None
    has_lines_in_values = any("\n" in raw for _, _, _, raw in bad)
    return None if has_lines_in_values else _Parsed(rows, bad)


def _parse_records(records: list[Record], layout: _Layout) -> _Parsed:
    good: list[bytes] = []
    bad: list[tuple[int, str, str, str]] = []
    for number, record in enumerate(records, 1):
        if record.rule:
            bad.append((number, *describe(record)))
        else:
            good.append(record.content)
    rows = (
        _read_csv(b"\n".join(good) + b"\n", layout, None)
        if good
        else _empty(layout.names).drop_columns(["_row_number"])
    )
    if rows.num_rows != len(good):
        raise AssertionError(f"{len(good)} records were read as {rows.num_rows} rows")
    return _Parsed(rows, bad)


def _read_csv(content: bytes, layout: _Layout, note: object) -> pa.Table:
    dialect = layout.dialect
    return pacsv.read_csv(
        pa.BufferReader(content),
        pacsv.ReadOptions(column_names=layout.names, use_threads=False, block_size=max(len(content), 1)),
        pacsv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote or False,
            escape_char=dialect.escape or False,
            newlines_in_values=True,
            invalid_row_handler=note,
        ),
        pacsv.ConvertOptions(
            check_utf8=False,
            column_types={name: pa.string() for name in layout.names},
            null_values=list(layout.null_values),
            strings_can_be_null=True,
        ),
    )


def _numbered(parsed: Iterator[_Parsed], tally: Tally) -> Iterator[pa.Table]:
    for one in parsed:
        count = one.rows.num_rows + len(one.bad)
        for number, rule, reason, raw in one.bad:
            tally.reject(tally.delivered + number, rule, reason, raw)
        numbers = _numbers(tally.delivered, count, [number for number, *_ in one.bad])
        tally.delivered += count
        if one.rows.num_rows:
            yield one.rows.append_column("_row_number", numbers)


def _numbers(first: int, count: int, bad: list[int]) -> pa.Array:
    numbers = np.arange(first + 1, first + count + 1)
    return pa.array(np.delete(numbers, np.array(bad) - 1) if bad else numbers)
