"""Every value of every delimited public file, as Python's csv reader reads it, stands in bronze unchanged."""

from pathlib import Path

import pytest

from spark_jobs.catalog.loading import load_catalog
from spark_jobs.catalog.models import Server, Source
from spark_jobs.catalog.names import bronze_table
from spark_jobs.settings import Settings
from tests.integration.real_bank.conftest import EXPECTED, rows_of
from tests.integration.real_bank.derive import Row, records_of

pytestmark = pytest.mark.real_data

SOURCES = {source.name: source for source in load_catalog().in_environment("real").sources.values()}
DELIMITED = [name for name in EXPECTED if SOURCES[name].servers[0].format == "csv"]


@pytest.mark.parametrize("name", DELIMITED)
def test_bronze_holds_what_the_file_holds(name: str, landed: Settings, real_data: Path) -> None:
    source = SOURCES[name]
    bronze = sorted(rows_of(landed.home, bronze_table(name)), key=lambda row: (row["_sequence"], row["_row_number"]))

    expected = [row for file in EXPECTED[name]["files"] for row in _rows(real_data / file, source)]

    assert len(expected) > 50
    assert [[row[column.name] for column in source.columns] for row in bronze] == expected


def _rows(file: Path, source: Source) -> list[list[str | None]]:
    (server,) = source.servers
    names = [column.physical_name or column.name for column in source.columns]
    records = records_of(file, server.delimiter)
    header = records.pop(0) if server.has_header else names
    places = [header.index(name) for name in names]
    return [[_value(row, place, server) for place in places] for row in records if len(row) == len(header)]


def _value(row: Row, place: int, server: Server) -> str | None:
    return None if row[place] in server.null_values else row[place]
