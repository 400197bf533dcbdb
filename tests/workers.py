"""Which tests run in the same worker: all that share a lakehouse process, so that two workers start no second one.

Planning leaves half a core idle, and the whole bank has a process of its own anyway. pytest-xdist's own groups need ids
of tests that pytest 9 does not let it change.
"""

from collections.abc import Iterable

import pytest
from xdist.scheduler import LoadScopeScheduling

PROCESS_BY_PATH = {
    "tests/integration/real_bank/": "whole_bank",
    "tests/integration/test_whole_bank.py": "whole_bank",
    "tests/integration/test_airflow.py": "",  # starts one of its own
    "tests/integration/": "lakehouse",
    "tests/unit/landing/test_landing_jdbc.py": "lakehouse",
    "tests/unit/transforms/": "lakehouse",
}
"""How paths of tests begin, and the fixture that starts the process they use; the first that fits counts."""


def process_of(test: str) -> str:
    """Fixture that starts the lakehouse process of a test; empty where it uses none that others use."""
    return next((process for start, process in PROCESS_BY_PATH.items() if test.startswith(start)), "")


class OneWorkerAProcess(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out all tests of a process at once, the others file by file; most tests first."""

    def _split_scope(self, nodeid: str) -> str:
        return process_of(nodeid) or nodeid.split("::", maxsplit=1)[0]


def refuse_second_processes(items: Iterable[pytest.Item]) -> None:
    """Raise UsageError for each test that uses a process which its path does not tell."""
    processes = set(PROCESS_BY_PATH.values())
    wrong = [
        f"{item.nodeid} uses {process}: name its path in tests/workers.py"
        for item in items
        for process in processes & set(getattr(item, "fixturenames", ()))
        if process != process_of(item.nodeid)
    ]
    if wrong:
        raise pytest.UsageError("\n".join(wrong))
