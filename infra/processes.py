"""Background processes of one home: a PID file each, that survives crashes and never names a stranger."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil


class ProcessError(RuntimeError):
    """A process that cannot start or stop, said in one sentence with the way out."""


@dataclass(frozen=True)
class Service:
    """One background process: its name, and the folder of its PID file, log and lock."""

    name: str
    folder: Path

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return self.folder / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        """Who it is: PID and start time, so that a reused PID is not mistaken for it."""
        return self.folder / f"{self.name}.pid"

    def process(self) -> psutil.Process | None:
        """The running process; None when it has stopped, crashed or its PID belongs to somebody else."""
        try:
            known = json.loads(self.pid_file.read_text(encoding="utf-8"))
            process = psutil.Process(known["pid"])
            is_ours = abs(process.create_time() - known["started"]) < 2 and process.status() != psutil.STATUS_ZOMBIE
            return process if is_ours else None
        except (OSError, ValueError, KeyError, TypeError, psutil.Error):
            return None

    def forget(self) -> None:
        """Remove the PID file of a process that is gone."""
        self.pid_file.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one start or stop at a time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{self.name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def launch(self, command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start it detached from this terminal, in its own folder, with its output in the log."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > 20_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as output:
            child = subprocess.Popen(
                command, env=dict(environment), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        started = psutil.Process(child.pid).create_time()
        self.pid_file.write_text(json.dumps({"pid": child.pid, "started": started}), encoding="utf-8")
        return child

    def stop(self, patience: float = 30) -> bool:
        """Ask it to end, then end it with its children; whether there was one."""
        process = self.process()
        if process is None:
            self.forget()
            return False
        family = [process, *process.children(recursive=True)]
        process.terminate()
        _, alive = psutil.wait_procs(family, timeout=patience)
        for one in alive:
            one.kill()
        psutil.wait_procs(alive, timeout=10)
        self.forget()
        return True

    def tail(self, lines: int = 15, only: Callable[[str], bool] | None = None) -> str:
        """The last lines of the log."""
        if not self.log.exists():
            return "(no log yet)"
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - 200_000))
            text = file.read().decode("utf-8", "replace").splitlines()
        return "\n".join([line for line in text if only is None or only(line)][-lines:])


def is_listening(port: int) -> bool:
    """Whether somebody answers on this port of the loopback address."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def require_free(port: int, setting: str) -> None:
    """Raise ProcessError when the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise ProcessError(
                f"Port {port} is taken by another process; stop it, or set {setting} to a free port."
            ) from None


def wait_until(ready: Callable[[], bool], is_alive: Callable[[], bool], seconds: float) -> bool:
    """Whether `ready` came true before the time was up or the process ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        if not is_alive():
            return False
        time.sleep(0.2)
    return False


def python_environment() -> dict[str, str]:
    """The environment of a child process: this one, without what would turn it into a Connect client."""
    hidden = {"SPARK_REMOTE", "SPARK_CONNECT_MODE_ENABLED", "SPARK_LOCAL_REMOTE"}
    return {name: value for name, value in os.environ.items() if name not in hidden}


def kill_hard(process: psutil.Process) -> None:
    """kill -9, as a test or a machine does it."""
    os.kill(process.pid, signal.SIGKILL)
