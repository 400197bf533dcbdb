"""JSON, one object a line."""

from collections.abc import Iterator

import pyarrow as pa

from spark_jobs.catalog.models import Server, Source
from spark_jobs.landing.formats.texts import Batches, Paths, parse_json
from spark_jobs.landing.streams import DeliveredFile, raw_text
from spark_jobs.landing.tally import Tally


def read_json_lines(file: DeliveredFile, source: Source, server: Server, tally: Tally) -> Iterator[pa.Table]:
    """Tables of the fields found, nested ones by dotted path; lists and undeclared objects as JSON text."""
    paths = Paths(column.physical_name or column.name for column in source.columns)
    batches = Batches(tally, server.null_values)
    for line, is_whole in _lines(file.blocks()):
        try:
            row = paths.flatten(_object(line))
        except UnicodeDecodeError:
            _reject(tally, "undecodable", "bytes that the declared encoding does not allow", line)
        except (ValueError, RecursionError) as error:
            _reject(tally, "bad_json" if is_whole else "cut_last_line", f"not a JSON object: {error}", line)
        else:
            yield from batches.add(row)
    yield from batches.rest()


def _object(line: bytes) -> dict[str, object]:
    value = parse_json(line.decode())
    if not isinstance(value, dict):
        raise ValueError(f"a line must hold one object, not {type(value).__name__.lower()}")
    return value


def _reject(tally: Tally, rule: str, reason: str, line: bytes) -> None:
    tally.delivered += 1
    tally.reject(tally.delivered, rule, reason, raw_text(line))


def _lines(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Lines that are not blank, and whether their line end was there."""
    pending = b""
    for block in blocks:
        *lines, pending = (pending + block).split(b"\n")
        yield from ((line.rstrip(b"\r"), True) for line in lines if line.strip())
    if pending.strip():
        yield pending, False
