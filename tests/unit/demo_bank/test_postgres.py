"""The database of the service cases starts, holds the generated rows by date, and goes away."""

import pytest

from infra.demo_bank import postgres


def test_service_cases_are_read_from_a_real_database(bank, tmp_path):
    try:
        server = postgres.start(tmp_path)
    except postgres.UnavailableError as reason:
        pytest.skip(str(reason))
    try:
        delivered = sum(file.read_text().count("\n") - 1 for file in bank.glob(".database/*/cases.csv"))
        assert delivered > 100
        assert postgres.load(server, bank) == delivered
        dates = postgres.sql(server, "select distinct delivery_date from service.cases order by 1").split("\n")
        assert dates[0] == "2026-06-01"
    finally:
        postgres.stop(server)
    assert not server.folder.exists()


def test_a_missing_program_is_said_with_the_way_out(monkeypatch):
    monkeypatch.setattr(postgres.shutil, "which", lambda name: None)
    monkeypatch.setattr(postgres.Path, "glob", lambda *_: [])
    with pytest.raises(postgres.UnavailableError, match="install the package postgresql"):
        postgres.program("initdb")
