from datetime import date
from types import SimpleNamespace

import pytest

from spark_jobs.catalog.models import ControlFile, Server
from spark_jobs.landing.discovery import discover, stem


@pytest.fixture
def found(tmp_path):
    """Names and dates of what is discovered on 2 June for a pattern, after these files were made."""

    def finding(pattern, *files, control=None):
        for name in files:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("x")
        folders = SimpleNamespace(inbox=tmp_path, data=None)
        arrivals = discover(Server("demo", "csv", pattern), folders, date(2026, 6, 2), control)
        return [(one.delivery_date.isoformat(), one.number, one.path.name) for one in arrivals]

    return finding


def test_files_are_found_up_to_the_business_date_in_order(found):
    files = ("2026-06-03/a.csv", "2026-06-02/a_10.csv", "2026-06-02/a_9.csv", "2026-06-01/a.csv", "2026-99-99/a.csv")
    assert found("{inbox}/{date}/a*.csv", *files) == [
        ("2026-06-01", 0, "a.csv"),
        ("2026-06-02", 9, "a_9.csv"),
        ("2026-06-02", 10, "a_10.csv"),
    ]


def test_a_date_may_stand_in_the_name_and_must_be_one_date(found):
    files = ("2026-06-01/a_2026-06-01.csv", "2026-06-01/a_2026-06-02.csv")
    assert found("{inbox}/{date}/a_{date}.csv", *files) == [("2026-06-01", 0, "a_2026-06-01.csv")]


def test_unfinished_hidden_and_control_files_are_no_deliveries(found):
    files = ("a.csv", "a.csv.part", ".a.csv", "a.ctl")
    control = ControlFile("{stem}.ctl", "rows")
    assert found("{inbox}/a*", *files, control=control) == [("2026-06-02", 0, "a.csv")]


def test_a_source_of_a_folder_that_is_not_set_delivers_nothing(found):
    assert found("{data}/a.csv", "a.csv") == []


def test_a_stem_has_no_known_ending():
    assert [stem(name) for name in ("a.jsonl.gz", "a.b.csv", "a")] == ["a", "a.b", "a"]
