"""The peak of resident memory of processes while a block runs."""

import threading
from collections.abc import Sequence

import psutil


class PeakMemory:
    """Peak resident memory of processes together, in bytes; `with_children` counts what they started too."""

    def __init__(self, processes: Sequence[psutil.Process | None], *, with_children: bool = False) -> None:
        self.processes = [one for one in processes if one]
        self.with_children = with_children
        self.peak = 0
        self.is_over = threading.Event()
        self.watch = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "PeakMemory":
        self.watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        self.watch.join()

    def _watch(self) -> None:
        while self.processes and not self.is_over.wait(0.5):
            children = [one.children(recursive=True) for one in self.processes] if self.with_children else []
            watched = {one.pid: one for one in [*self.processes, *(child for group in children for child in group)]}
            self.peak = max(self.peak, sum(_resident(one) for one in watched.values()))


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
