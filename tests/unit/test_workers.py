"""Tests that share a lakehouse process run in one worker, and a test out of place is named before any runs."""

from types import SimpleNamespace

import pytest

from tests.workers import process_of, refuse_second_processes


@pytest.mark.parametrize(
    ("test", "process"),
    [
        ("tests/integration/test_release.py::test_one", "lakehouse"),
        ("tests/integration/real_bank/test_cells.py::test_one[a]", "whole_bank"),
        ("tests/integration/test_airflow.py::test_one", ""),
        ("tests/unit/tags/test_layout.py::test_one", ""),
    ],
)
def test_the_path_of_a_test_tells_its_process(test: str, process: str) -> None:
    assert process_of(test) == process


def test_a_test_whose_path_does_not_tell_its_process_is_named() -> None:
    told = SimpleNamespace(nodeid="tests/unit/transforms/test_a.py::test_one", fixturenames=["spark", "lakehouse"])
    untold = SimpleNamespace(nodeid="tests/unit/tags/test_b.py::test_two", fixturenames=["lakehouse"])

    with pytest.raises(pytest.UsageError, match=r"^tests/unit/tags/test_b.py::test_two uses lakehouse: name its path"):
        refuse_second_processes([told, untold])
