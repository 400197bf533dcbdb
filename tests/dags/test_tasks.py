"""Task bodies: the business date of a run, what is tried again, and what is said when a run stops."""

import json
import threading
from contextlib import nullcontext
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException

from dags import _tasks
from dags._notices import notify_stopped, write_notice
from spark_jobs import release
from spark_jobs.catalog.names import KEPT_RECORDS
from spark_jobs.run_log import RunLog
from spark_jobs.settings import load_settings

DAY = date(2026, 6, 1)


@pytest.fixture
def unknown_tables(monkeypatch, tmp_path):
    """Tables on disk that the metastore of a home does not know; empty until the test adds some."""
    names: list[str] = []
    monkeypatch.setattr(_tasks, "load_settings", lambda: load_settings(home=tmp_path))
    monkeypatch.setattr(_tasks, "_session", lambda *_: nullcontext())
    monkeypatch.setattr(release, "missing_tables", lambda *_: names)
    return names


class GateFailed(RuntimeError):  # noqa: N818 - named as the real one
    pass


def test_business_date_is_the_logical_date_unless_the_parameter_names_another():
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    assert _tasks.business_date(moment, {}) == DAY
    assert _tasks.business_date(moment, {"business_date": "2026-05-29"}) == date(2026, 5, 29)


def test_a_run_without_any_date_is_refused():
    with pytest.raises(AirflowFailException, match="business date"):
        _tasks.business_date(None, None)


def test_a_run_starts_over_tables_that_spark_does_not_write_and_stops_over_one_that_it_does(unknown_tables):
    moment = {"logical_date": datetime(2026, 6, 1, tzinfo=UTC), "params": {}, "run_id": "r"}
    unknown_tables += [KEPT_RECORDS, "identity.steps"]
    _tasks.check(**moment)
    unknown_tables += ["vault.parties"]
    with pytest.raises(AirflowFailException, match=r"1 table\(s\) .* such as vault\.parties"):
        _tasks.check(**moment)


def test_a_failed_gate_is_not_tried_again(tmp_path):
    with (
        pytest.raises(AirflowFailException, match="silver"),
        _tasks._step(load_settings(home=tmp_path), DAY, "gate silver", ""),
    ):
        raise GateFailed("silver.parties: 3 rows without a name")


def test_a_lost_connection_is_tried_again(tmp_path):
    with pytest.raises(ConnectionError), _tasks._step(load_settings(home=tmp_path), DAY, "silver", "parties"):
        raise ConnectionError("gone")


def test_a_step_leaves_its_time_figures_and_reason_in_the_log_of_the_run(tmp_path):
    log = RunLog(tmp_path, DAY)
    with log.step("landing", "crm") as figures:
        figures.update(rows=3)
    with pytest.raises(ValueError, match="broken"), log.step("silver", "parties"):
        raise ValueError("broken")
    done, failed = log.read()
    assert (done["stage"], done["item"], done["rows"], done["state"]) == ("landing", "crm", 3, "done")
    assert (failed["state"], failed["reason"]) == ("failed", "broken")
    assert "ValueError: broken" in log.file.with_suffix(".errors").read_text()


def test_a_new_run_of_a_date_begins_a_new_log(tmp_path):
    log = RunLog(tmp_path, DAY)
    with log.step("landing", "crm"):
        pass
    log.begin()
    assert log.read() == []


def test_a_stopped_run_says_task_reason_and_where_to_look(tmp_path, monkeypatch):
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    error = AirflowFailException("outer")
    error.__cause__ = GateFailed("silver.parties: rule named failed on 3 rows; owner: client data")
    notify_stopped({"ti": SimpleNamespace(dag_id="daily", task_id="gate_silver"), "run_id": "r1", "exception": error})
    notice = json.loads((tmp_path / "notices.log").read_text())
    assert notice["task"] == "gate_silver"
    assert notice["reason"] == "silver.parties: rule named failed on 3 rows; owner: client data"
    assert "quarantine.rows" in notice["look"]


def test_the_webhook_gets_the_notice_and_a_dead_one_stops_nothing(tmp_path):
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.handle_request, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    notice = {"dag": "daily", "task": "gate_silver", "reason": "why"}
    write_notice(load_settings(home=tmp_path, webhook=address), notice)
    server.server_close()
    write_notice(load_settings(home=tmp_path, webhook=address), notice)
    assert received == [notice]
    assert len((tmp_path / "notices.log").read_text().splitlines()) == 2
