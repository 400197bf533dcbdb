"""Readers: a delivered file as tables of text columns with `_row_number`; what cannot be read goes to the tally."""

from collections.abc import Callable, Iterator

import pyarrow as pa

from spark_jobs.catalog.models import Server, Source
from spark_jobs.landing.formats.delimited import read_delimited
from spark_jobs.landing.formats.json_lines import read_json_lines
from spark_jobs.landing.formats.markup import read_xes, read_xml
from spark_jobs.landing.formats.parquet import read_parquet
from spark_jobs.landing.formats.yaml_list import read_yaml
from spark_jobs.landing.streams import DeliveredFile
from spark_jobs.landing.tally import Tally

Reader = Callable[[DeliveredFile, Source, Server, Tally], Iterator[pa.Table]]

READERS: dict[str, Reader] = {
    "csv": read_delimited,
    "json": read_json_lines,
    "jsonl": read_json_lines,
    "parquet": read_parquet,
    "jdbc": read_parquet,
    "xml": read_xml,
    "xes": read_xes,
    "yaml": read_yaml,
}
"""Tables of text columns under their delivered names, with `_row_number`; what cannot be read goes to the tally."""

WITH_HEADER = ("csv", "parquet", "jdbc")


def reader_of(server: Server) -> Reader:
    """The reader of a server's format. Raises ValueError for a format that nothing reads."""
    try:
        return READERS[server.format]
    except KeyError:
        known = ", ".join(sorted(READERS))
        raise ValueError(f"format {server.format!r} is not read here; known formats: {known}") from None


def names_every_column(server: Server) -> bool:
    """Whether a delivery names its columns once for all rows, so that one can be missing or out of order."""
    return server.format in WITH_HEADER
