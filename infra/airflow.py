"""Airflow of one home: its settings, its database, and the processes behind `make up`.

`python -m infra.airflow start|stop|status`
"""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

from infra.processes import ProcessError, Service, is_listening, python_environment, require_free, wait_until
from spark_jobs.settings import PROJECT, Settings, load_settings

PROCESSES = ("dag-processor", "api-server", "scheduler")
USER = "admin"
START_SECONDS = 180
MIGRATE = """
from airflow.models.pool import Pool
from airflow.utils.db import initdb

initdb()
Pool.create_or_update_pool(
    "silver", slots=1, description="one task at a time, which builds two entities", include_deferred=False
)
"""


def folder(settings: Settings) -> Path:
    """AIRFLOW_HOME of this home."""
    return settings.home / "airflow"


def environment(settings: Settings) -> dict[str, str]:
    """Variables under which Airflow runs: its own folder, no examples, no telemetry, loopback only."""
    home, keys = folder(settings), _keys(settings)
    port = settings.airflow_port
    airflow = {
        "CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": "4",
        "CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "CORE__INTERNAL_API_SECRET_KEY": keys["api"],
        "CORE__FERNET_KEY": "",
        "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "API__HOST": "127.0.0.1",
        "API__PORT": str(port),
        "API__WORKERS": "1",
        "API__BASE_URL": f"http://127.0.0.1:{port}",
        "API__SECRET_KEY": keys["api"],
        "API_AUTH__JWT_SECRET": keys["jwt"],
        "DAG_PROCESSOR__REFRESH_INTERVAL": "60",
        "LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "LOGGING__LOGGING_LEVEL": "WARNING",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    return {
        "AIRFLOW_HOME": str(home), "SCARF_ANALYTICS": "false", "PYTHONPATH": str(PROJECT), "NO_PROXY": "127.0.0.1",
        **{f"AIRFLOW__{name}": value for name, value in airflow.items()}, **settings.environment_variables(),
    }  # fmt: skip


def _keys(settings: Settings) -> dict[str, str]:
    file = folder(settings) / "keys.json"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as output:
            json.dump({"api": secrets.token_urlsafe(32), "jwt": secrets.token_urlsafe(48)}, output)
    return json.loads(file.read_text(encoding="utf-8"))


def prepare(settings: Settings) -> None:
    """Bring the database to this version of Airflow; does nothing when it is there. Raises ProcessError.

    In a process of its own: Airflow binds to a database when it is imported.
    """
    from importlib.metadata import version

    stamp, wanted = folder(settings) / "version", version("apache-airflow-core")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    done = subprocess.run(
        [sys.executable, "-c", MIGRATE], env=_environment(settings), check=False, text=True, capture_output=True
    )
    if done.returncode != 0:
        raise ProcessError(f"Airflow's database could not be made:\n{done.stderr[-2000:]}")
    stamp.write_text(wanted, encoding="utf-8")


def _environment(settings: Settings) -> dict[str, str]:
    return {**python_environment(), **environment(settings)}


def services(settings: Settings) -> list[Service]:
    """The processes, in the order in which they start."""
    return [Service(name, folder(settings) / "processes") for name in PROCESSES]


def start(settings: Settings) -> bool:
    """Start what is not running; False when all of it was. Raises ProcessError with the way out."""
    began = [one for one in services(settings) if one.process() is None]
    if not began:
        return False
    if any(one.name == "api-server" for one in began):
        require_free(settings.airflow_port, "BELLWETHER_AIRFLOW_PORT")
    prepare(settings)
    for one in began:
        with one.locked():
            one.launch([sys.executable, "-m", "airflow", one.name], _environment(settings))
    alive = lambda: all(one.process() is not None for one in services(settings))  # noqa: E731
    if not wait_until(lambda: is_listening(settings.airflow_port), alive, START_SECONDS) or not alive():
        dead = next((one for one in services(settings) if one.process() is None), services(settings)[1])
        raise ProcessError(f"Airflow's {dead.name} did not start; its log is {dead.log}\n{dead.tail(8)}")
    return True


def stop(settings: Settings) -> bool:
    """Stop its processes; False when none was running."""
    stopped = [one.stop(patience=15) for one in reversed(services(settings))]
    return any(stopped)


def password(settings: Settings) -> str:
    """The generated password of the UI's user; empty before the first start."""
    file = folder(settings) / "passwords.json"
    if not file.exists():
        return ""
    file.chmod(0o600)
    return json.loads(file.read_text(encoding="utf-8")).get(USER, "")


def status(settings: Settings) -> str:
    """One line: state, address and login."""
    running = [one.name for one in services(settings) if one.process() is not None]
    if not running:
        return "airflow: stopped"
    state = "running" if len(running) == len(PROCESSES) else f"only {', '.join(running)} running"
    address = f"http://127.0.0.1:{settings.airflow_port}"
    return f"airflow: {state}, {address}, user {USER}, password {password(settings)}"


if __name__ == "__main__":
    chosen = load_settings()
    try:
        action = {"start": start, "stop": stop}.get([*sys.argv, "status"][1])
        if action:
            action(chosen)
        print(status(chosen))
    except ProcessError as problem:
        sys.exit(f"error: {problem}")
