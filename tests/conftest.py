"""Fixtures that every test may use: one lakehouse process for the whole test session, a session, small tables."""

import os
import random
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from spark_jobs.settings import PROJECT, Settings, load_settings

OF_ONE_RUN = ("BELLWETHER_", "AIRFLOW_", "SPARK_REMOTE")
REAL_DATA = Path(os.environ.get("BELLWETHER_DATA") or PROJECT.parent / "shared" / "data")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "real_data: needs the public data files (BELLWETHER_DATA)")
    config.addinivalue_line("markers", "slow: takes more than half a minute")
    for name in [name for name in os.environ if name.startswith("BELLWETHER_") or name == "SPARK_REMOTE"]:
        if not name.startswith("BELLWETHER_TEST_"):
            del os.environ[name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if REAL_DATA.is_dir():
        return
    skip = pytest.mark.skip(reason="public data not found: set BELLWETHER_DATA to its folder")
    for item in items:
        if item.get_closest_marker("real_data"):
            item.add_marker(skip)


@pytest.fixture(autouse=True)
def _environment_of_this_test_only() -> Iterator[None]:
    """What a test, or what it calls, sets for processes to come ends with the test."""
    before = {name: value for name, value in os.environ.items() if name.startswith(OF_ONE_RUN)}
    yield
    for name in [name for name in os.environ if name.startswith(OF_ONE_RUN)]:
        del os.environ[name]
    os.environ.update(before)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the public data; a test that asks for it is marked `real_data`."""
    if not REAL_DATA.is_dir():
        pytest.skip("public data not found: set BELLWETHER_DATA to its folder")
    return REAL_DATA


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """A port that nobody listens on."""

    def find() -> int:
        # below the range from which connections take theirs, so that it stays free when its process is killed
        for port in random.sample(range(20_000, 32_000), 100):
            with socket.socket() as probe, suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
        raise RuntimeError("no free port between 20000 and 32000")

    return find


@pytest.fixture(scope="session")
def lakehouse(tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]) -> Iterator[Settings]:
    """Settings of a running lakehouse process in a temporary home; one for the whole test session."""
    from infra import jars, lakehouse

    jars.fetch()
    settings = load_settings(
        home=tmp_path_factory.mktemp("home"), connect_port=free_port(), thrift_port=free_port(), driver_memory="3g"
    )
    lakehouse.start(settings)
    yield settings
    lakehouse.stop(settings)


@pytest.fixture(scope="session")
def spark(lakehouse: Settings) -> Iterator[Any]:
    """A session of the lakehouse process."""
    from spark_jobs.session import close, connect

    session = connect(lakehouse, "tests", "session")
    yield session
    close(session)


@pytest.fixture
def table(spark: Any) -> Callable[..., Any]:
    """`table("a string, b int", ("x", 1), ...)`: a small DataFrame of those rows."""

    def make(schema: str, *rows: tuple[Any, ...]) -> Any:
        return spark.createDataFrame(list(rows), schema)

    return make
