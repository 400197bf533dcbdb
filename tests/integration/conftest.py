"""The whole bank, run once for the test session by the command that a user runs."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra import lakehouse as process
from spark_jobs.settings import PROJECT, Settings, load_settings
from tests.conftest import REAL_DATA

DEMO_SECONDS = 3000


@pytest.fixture(scope="session")
def whole_bank(tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]) -> Iterator[Settings]:
    """Settings of a home in which `demo` has run: the real bank where its data is, else the demo bank.

    Its lakehouse process is up. BELLWETHER_TEST_HOME names a home that has run already, to save the minutes.
    """
    home = Path(os.environ.get("BELLWETHER_TEST_HOME") or tmp_path_factory.mktemp("whole_bank"))
    bank = {"environment": "real", "data": REAL_DATA} if REAL_DATA.is_dir() else {}
    ports = {"connect_port": free_port(), "thrift_port": free_port()}
    settings = load_settings(home=home, **ports, driver_memory="4g", days=2, **bank)
    if not (home / "tables" / "governance" / "releases").is_dir():
        _demo(settings)
    process.start(settings)
    yield settings
    process.stop(settings)


def _demo(settings: Settings) -> None:
    arguments = ["demo", "--data", str(settings.data)] if settings.data else ["demo"]
    done = subprocess.run(
        [sys.executable, "-m", "spark_jobs.cli", *arguments], cwd=PROJECT, check=False, text=True,
        env={**os.environ, **settings.environment_variables()}, timeout=DEMO_SECONDS,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    (settings.home / "demo.txt").write_text(done.stdout, encoding="utf-8")
    assert done.returncode == 0, done.stdout[-6000:]
