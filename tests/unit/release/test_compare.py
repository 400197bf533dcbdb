"""What is told of two releases of one table, from the files alone."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from rich.console import Console

from spark_jobs.ledger import Store
from spark_jobs.release.compare import TableDifference, compare
from spark_jobs.release.models import RELEASES, Release, TableVersion
from spark_jobs.release.showing import show_records
from spark_jobs.settings import load_settings

SCHEMA = pa.schema([("tag", pa.string()), ("number", pa.int64()), ("value", pa.string())])


@pytest.fixture
def releases(tmp_path):
    """A function that writes rows (tag, number, value), one release for each list, and gives the settings."""

    def write(*versions):
        folder = tmp_path / "tables" / "marts" / "tags"
        for rows in versions:
            table = pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], SCHEMA)
            write_deltalake(folder, table, mode="overwrite")
        table_id = DeltaTable(folder).metadata().id
        for number, rows in enumerate(versions):
            Store(tmp_path).append(RELEASES, _release(str(number), table_id, number, len(rows)).rows())
        return load_settings(home=tmp_path)

    return write


def _release(release_id, table_id, version, count):
    table = TableVersion("marts.tags", table_id, "tables/marts/tags", version, "", count, ("tag", "number"))
    published = datetime(2026, 6, 1, tzinfo=UTC)
    return Release(release_id, version, date(2026, 6, 1), "publish", None, "run", published, {"marts.tags": table})


def test_a_row_whose_key_is_partly_unknown_is_the_same_row(releases):
    settings = releases([("a", None, "x"), ("b", 1, "y")], [("a", None, "x"), ("b", 1, "z"), ("c", None, "w")])
    assert compare(settings, "0", "1") == [TableDifference("marts.tags", 2, 3, added=1, removed=0, changed=1)]


def test_what_no_table_has_is_not_shown_and_names_are_whole():
    console = Console(width=80, record=True)
    show_records(console, "From 0 to 1", [TableDifference("marts.customer_tag_words", 2, 3, 1, 0, 1)])
    text = console.export_text()
    assert "columns added" not in text
    assert "…" not in text
