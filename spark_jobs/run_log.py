"""What a run of one business date did and how long each step took: <home>/runs/<date>.jsonl."""

import json
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

on_record: Callable[[dict[str, Any]], None] | None = None
"""Called with each finished step, for progress on a screen."""


class RunLog:
    """The steps of the last run of one business date, in order of their end."""

    def __init__(self, home: Path, business_date: date) -> None:
        self.file = home / "runs" / f"{business_date}.jsonl"

    def begin(self) -> None:
        """Start anew; the log of the run before is kept as .previous."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        if self.file.exists():
            self.file.replace(self.file.with_suffix(".previous"))
        self.file.with_suffix(".errors").unlink(missing_ok=True)

    def finish(self) -> None:
        """Say that the run came to its end."""
        self._write({"stage": "finished", "item": "", "seconds": 0.0, "state": "done"})

    @contextmanager
    def step(self, stage: str, item: str) -> Iterator[dict[str, Any]]:
        """Time one step; the caller adds its figures to the dictionary."""
        figures: dict[str, Any] = {}
        began = time.perf_counter()
        state = "failed"
        try:
            yield figures
            state = "done"
        except Exception as error:
            figures["reason"] = str(error).strip() or type(error).__name__
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with self.file.with_suffix(".errors").open("a", encoding="utf-8") as file:
                file.write(f"--- {stage} {item}\n{traceback.format_exc()}\n")
            raise
        finally:
            seconds = round(time.perf_counter() - began, 3)
            ended = round(time.time(), 3)
            self._write({"stage": stage, "item": item, "seconds": seconds, "ended": ended, "state": state, **figures})

    def stage_seconds(self) -> dict[str, float]:
        """Wall-clock seconds of each stage, from its first step's start to its last step's end, in order."""
        spans: dict[str, list[tuple[float, float]]] = {}
        for step in self.read():
            if "ended" in step:
                spans.setdefault(step["stage"], []).append((step["ended"] - step["seconds"], step["ended"]))
        return {stage: max(end for _, end in span) - min(start for start, _ in span) for stage, span in spans.items()}

    def read(self) -> list[dict[str, Any]]:
        """The steps recorded so far; empty before the first run."""
        if not self.file.exists():
            return []
        return [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]

    def _write(self, record: dict[str, Any]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False, default=str) + "\n")
        if on_record:
            on_record(record)
