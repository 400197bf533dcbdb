"""A real PostgreSQL for the one system that is read over JDBC, started in a temporary folder as a non-root user."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

DATABASE_FOLDER = ".database"
USER, DATABASE = "bellwether", "bank"
TABLE = """
drop schema if exists service cascade; create schema service;
create table service.cases (delivery_date date, case_id text, customer_id text, case_type text, priority text,
  status text, channel text, team text, opened_at text, closed_at text, due_at text, reopened text);
"""


class UnavailableError(RuntimeError):
    """No PostgreSQL can be started here; the message says why."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    folder: Path
    port: int
    process: int

    @property
    def jdbc_url(self) -> str:
        """Address for a JDBC driver, the value of BELLWETHER_JDBC_URL."""
        return f"jdbc:postgresql://127.0.0.1:{self.port}/{DATABASE}?user={USER}"


def program(name: str) -> str:
    """Path of a PostgreSQL program. Raises UnavailableError when it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    place = str(found[0]) if found else shutil.which(name)
    if place is None:
        raise UnavailableError(f"PostgreSQL is not installed ({name} was not found): install the package postgresql")
    return place


def start(home: Path) -> Server:
    """Start a server below the lakehouse home and load nothing yet. Raises UnavailableError with the reason."""
    initdb, postgres = program("initdb"), program("postgres")
    program("psql")
    home.mkdir(parents=True, exist_ok=True)
    owner = _other_user() if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=_reachable(home, owner)))
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data = folder / "data"
    _run([initdb, "-D", str(data), "-U", USER, "--auth=trust", "--encoding=UTF8", "--no-sync"], owner)
    port = _free_port()
    options = [
        "-D",
        str(data),
        "-p",
        str(port),
        "-k",
        str(folder),
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        "fsync=off",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [postgres, *options], stdout=log, stderr=log, cwd="/", start_new_session=True, **_as(owner)
        )
    server = Server(folder, port, process.pid)
    _await(server, process)
    sql(server, f"create database {DATABASE}", "postgres")
    return server


def load(server: Server, inbox: Path) -> int:
    """Load the generated rows of every date, each visible under its delivery date; how many."""
    sql(server, TABLE)
    for file in sorted((inbox / DATABASE_FOLDER).glob("*/cases.csv")):
        with file.open("rb") as rows:
            copy = "copy service.cases from stdin with (format csv, header true)"
            _psql(server, copy, DATABASE, rows)
    return int(sql(server, "select count(*) from service.cases"))


def sql(server: Server, statement: str, database: str = DATABASE) -> str:
    """Run a statement; its output without headers."""
    return _psql(server, statement, database, None)


def stop(server: Server) -> None:
    """Stop the server and remove its folder."""
    try:
        os.kill(server.process, 2)
        for _ in range(100):
            if not _is_running(server.process):
                break
            time.sleep(0.1)
    except ProcessLookupError:
        pass
    shutil.rmtree(server.folder, ignore_errors=True)


def _psql(server: Server, statement: str, database: str, rows: IO[bytes] | None) -> str:
    options = ["-h", "127.0.0.1", "-p", str(server.port), "-U", USER, "-d", database, "-XAtq", "-v", "ON_ERROR_STOP=1"]
    done = subprocess.run(
        [program("psql"), *options, "-c", statement], stdin=rows or subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode:
        raise UnavailableError(f"PostgreSQL refused a statement: {done.stderr.decode().strip()}")
    return done.stdout.decode().strip()


def _await(server: Server, process: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        if process.poll() is not None:
            break
        try:
            sql(server, "select 1", "postgres")
            return
        except UnavailableError:
            time.sleep(0.1)
    said = (server.folder / "log").read_text(errors="replace")[-500:]
    stop(server)
    raise UnavailableError(f"PostgreSQL did not start: {said}")


def _other_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise UnavailableError("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as")


def _reachable(home: Path, owner: pwd.struct_passwd | None) -> Path:
    """The home, or the system's temporary folder where the other user cannot enter the home."""
    open_to_all = all(folder.stat().st_mode & 0o001 for folder in (home.resolve(), *home.resolve().parents))
    return home if owner is None or open_to_all else Path(tempfile.gettempdir())


def _as(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}


def _run(command: list[str], owner: pwd.struct_passwd | None) -> None:
    done = subprocess.run(command, capture_output=True, check=False, cwd="/", **_as(owner))
    if done.returncode:
        raise UnavailableError(f"{Path(command[0]).name} failed: {done.stderr.decode(errors='replace').strip()[-500:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_running(process: int) -> bool:
    try:
        finished, _ = os.waitpid(process, os.WNOHANG)
    except ChildProcessError:
        return Path(f"/proc/{process}").exists()
    return finished == 0
