"""One business date of the miniature bank through the real scheduler, with real task bodies."""

import json
import time
from urllib.request import Request, urlopen

import pytest

from infra import airflow, lakehouse
from spark_jobs.run_log import RunLog
from tests.integration.miniature_bank import DAYS, deliver, settings_of, tables

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture
def bank(tmp_path, free_port):
    settings = settings_of(tmp_path, free_port)
    deliver(settings, postings=20)
    lakehouse.start(settings)
    airflow.start(settings)
    yield settings
    airflow.stop(settings)
    lakehouse.stop(settings)


class Api:
    """Airflow's REST API, as the user of the UI."""

    def __init__(self, settings):
        self.root = f"http://127.0.0.1:{settings.airflow_port}"
        login = {"username": airflow.USER, "password": airflow.password(settings)}
        self.token = self.call("POST", "/auth/token", login)["access_token"]

    def call(self, method, path, body=None):
        headers = {"Content-Type": "application/json"}
        if hasattr(self, "token"):
            headers["Authorization"] = f"Bearer {self.token}"
        request = Request(self.root + path, json.dumps(body).encode() if body else None, headers, method=method)
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)


def until(found, seconds=300):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            value = found()
        except OSError:
            value = None
        if value:
            return value
        time.sleep(1)
    raise TimeoutError


def test_one_date_runs_through_the_scheduler_with_real_task_bodies(bank):
    from datetime import date

    assert f"http://127.0.0.1:{bank.airflow_port}, user admin, password " in airflow.status(bank)
    api = until(lambda: Api(bank))
    until(lambda: api.call("GET", "/api/v2/dags/daily"))
    api.call("PATCH", "/api/v2/dags/daily", {"is_paused": False})
    run = api.call("POST", "/api/v2/dags/daily/dagRuns", {"logical_date": f"{DAYS[0]}T00:00:00Z"})
    path = f"/api/v2/dags/daily/dagRuns/{run['dag_run_id']}"
    state = until(lambda: next((s for s in [api.call("GET", path)["state"]] if s in ("success", "failed")), None))

    tasks = {one["task_id"]: one["state"] for one in api.call("GET", f"{path}/taskInstances")["task_instances"]}
    assert state == "success", tasks
    assert {"check", "landing.bank", "landing.crm", "gate_bronze", "gate_silver", "export"} < set(tasks)
    assert len(tables(bank)["silver.transactions"]) == 20
    assert RunLog(bank.home, date.fromisoformat(DAYS[0])).read()[-1]["stage"] == "finished"
