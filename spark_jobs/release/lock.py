"""One publish, roll back or maintenance at a time, among all processes of this home."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager

from spark_jobs.settings import Settings

WAIT_SECONDS = 600.0


class LakehouseBusy(TimeoutError):  # noqa: N818 - reads better where it is raised
    """Another publish, roll back or maintenance holds the lock."""


@contextmanager
def release_lock(settings: Settings, what: str, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the lock while the block runs; the system frees it when the process dies. Raises LakehouseBusy."""
    path = settings.home / "releases" / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        deadline = time.monotonic() + wait_seconds
        while not _try(file.fileno()):
            if time.monotonic() >= deadline:
                file.seek(0)
                raise LakehouseBusy(f"{what} waited {wait_seconds:.0f} s for: {file.read().strip() or 'another run'}.")
            time.sleep(0.2)
        file.seek(0)
        file.truncate()
        file.write(what)
        file.flush()
        yield


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
