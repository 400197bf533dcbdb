"""A measured figure, and the two files that hold all of them."""

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import psutil

DOCS = Path(__file__).resolve().parents[2] / "docs"


@dataclass(frozen=True)
class Figure:
    """One figure of one benchmark; `value` is what the goal speaks of."""

    id: str
    what: str
    value: float
    unit: str
    goal: str
    met: bool
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None
    runs: list[float] = field(default_factory=list)
    detail: dict[str, float | int | str] = field(default_factory=dict)
    measured_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))


def versus(figure_id: str, what: str, goal: float, pairs: list[tuple[float, float]], peer: str) -> Figure:
    """A figure that is a ratio: the median of (ours / peer's) over pairs of runs made side by side, in seconds."""
    ratios = [ours / theirs for ours, theirs in pairs]
    ratio = median(ratios)
    return Figure(
        id=figure_id,
        what=what,
        value=round(median(ours for ours, _ in pairs), 2),
        unit="seconds",
        goal=f"at most {goal:g}x",
        met=ratio <= goal,
        peer=peer,
        peer_value=round(median(theirs for _, theirs in pairs), 2),
        ratio=round(ratio, 2),
        runs=[round(one, 2) for one in ratios],
    )


def machine() -> dict[str, str | int | float]:
    """What the figures were measured on."""
    return {
        "system": platform.system(),
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "load_at_end": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists():
        return platform.processor()
    names = [
        line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")
    ]
    return names[0] if names else platform.machine()


def save(figures: Iterable[Figure], docs: Path = DOCS) -> None:
    """Put the figures into docs/benchmarks.json, replacing those of the same id, and render docs/benchmarks.md."""
    path = docs / "benchmarks.json"
    known = json.loads(path.read_text())["results"] if path.exists() else []
    results = {one["id"]: one for one in known} | {one.id: asdict(one) for one in figures}
    report = {
        "machine": machine(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "results": sorted(results.values(), key=lambda one: one["id"]),
    }
    path.write_text(json.dumps(report, indent=2) + "\n")
    (docs / "benchmarks.md").write_text(render(report))


def render(report: dict) -> str:
    """The report as a Markdown table."""
    head = ["| figure | what | measured | peer | ratio | goal | met | at |", "|---|---|---|---|---|---|---|---|"]
    rows = [_row(one) for one in report["results"]]
    about = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in report["machine"].items())
    intro = ["# Benchmarks", "", f"Made by `make bench`, the last one on {report['measured_at']}: {about}.", ""]
    return "\n".join([*intro, *head, *rows]) + "\n"


def _row(one: dict) -> str:
    peer = f"{one['peer']}: {one['peer_value']}" if one["peer"] else ""
    ratio = f"{one['ratio']}x" if one["ratio"] is not None else ""
    cells = [
        one["id"],
        one["what"],
        f"{one['value']} {one['unit']}",
        peer,
        ratio,
        one["goal"],
        "yes" if one["met"] else "no",
        one["measured_at"][:16],
    ]
    return "| " + " | ".join(cells) + " |"
