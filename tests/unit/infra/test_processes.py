"""Background processes: double starts, crashes, stale and reused PIDs, taken ports."""

import json
import os
import socket
import sys
import time

import psutil
import pytest

from infra.processes import ProcessError, Service, kill_hard, require_free

SLEEP = [sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(60)"]


@pytest.fixture
def service(tmp_path):
    one = Service("sleeper", tmp_path / "a folder")
    yield one
    one.stop(patience=2)


def test_a_started_process_is_known_and_stops(service):
    child = service.launch(SLEEP, os.environ)
    assert service.process().pid == child.pid
    assert service.stop(patience=5) is True
    assert service.process() is None
    assert service.stop() is False


def test_a_crashed_process_leaves_nothing_that_misleads(service):
    service.launch(SLEEP, os.environ)
    kill_hard(service.process())
    time.sleep(0.2)
    assert service.process() is None
    assert service.pid_file.exists()
    assert service.stop() is False
    assert not service.pid_file.exists()


def test_a_reused_pid_is_not_mistaken_for_the_process_and_never_killed(service):
    service.folder.mkdir()
    stranger = psutil.Process(os.getpid())
    service.pid_file.write_text(json.dumps({"pid": stranger.pid, "started": stranger.create_time() - 1000}))
    assert service.process() is None
    assert service.stop() is False


def test_a_broken_pid_file_counts_as_none(service):
    service.folder.mkdir()
    service.pid_file.write_text("12")
    assert service.process() is None


def test_a_process_that_ignores_the_request_to_end_is_ended(service):
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"
    )
    service.launch([sys.executable, "-c", stubborn], os.environ)
    while "on" not in service.tail():
        time.sleep(0.05)
    assert service.stop(patience=0.5) is True
    assert service.process() is None


def test_a_taken_port_is_named_with_the_setting_that_changes_it():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ProcessError, match=f"Port {port} is taken.*BELLWETHER_THRIFT_PORT"):
            require_free(port, "BELLWETHER_THRIFT_PORT")
