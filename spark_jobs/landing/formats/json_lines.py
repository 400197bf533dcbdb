"""JSON, one object a line."""

from collections.abc import Iterator

import pyarrow as pa

from spark_jobs.catalog.models import Server, Source
from spark_jobs.landing.formats.texts import Paths, parse_json, table_of
from spark_jobs.landing.streams import DeliveredFile, raw_text
from spark_jobs.landing.tally import Tally

ROWS_A_TABLE = 50_000


def read_json_lines(file: DeliveredFile, source: Source, server: Server, tally: Tally) -> Iterator[pa.Table]:
    """Tables of the fields found, nested ones by dotted path; lists and undeclared objects as JSON text."""
    paths = Paths(column.physical_name or column.name for column in source.columns)
    rows: list[dict[str, str | None]] = []
    numbers: list[int] = []
    for line, is_whole in _lines(file.blocks()):
        tally.delivered += 1
        reason, rule = None, "cut_last_line"
        try:
            record = parse_json(line.decode())
            if isinstance(record, dict):
                rows.append(paths.flatten(record))
                numbers.append(tally.delivered)
            else:
                reason, rule = "a line must hold one JSON object", "bad_json"
        except UnicodeDecodeError:
            reason, rule = "bytes that the declared encoding does not allow", "undecodable"
        except (ValueError, RecursionError) as error:
            reason, rule = f"not JSON: {error}", "bad_json" if is_whole else "cut_last_line"
        if reason:
            tally.reject(tally.delivered, rule, reason, raw_text(line))
        if len(rows) >= ROWS_A_TABLE:
            yield table_of(rows, numbers, server.null_values)
            rows, numbers = [], []
    if rows:
        yield table_of(rows, numbers, server.null_values)


def _lines(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Lines that are not blank, and whether their line end was there."""
    pending = b""
    for block in blocks:
        *lines, pending = (pending + block).split(b"\n")
        yield from ((line.rstrip(b"\r"), True) for line in lines if line.strip())
    if pending.strip():
        yield pending, False
