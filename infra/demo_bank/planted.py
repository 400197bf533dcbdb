"""The truth about planted defects, written beside the deliveries."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

TRUTH = Path("_truth") / "defects.json"


@dataclass(frozen=True)
class Planted:
    """One planted defect and how it is to be found."""

    kind: str
    source: str
    delivery_date: str
    file: str
    key: dict[str, str]
    """Columns that name the row in the delivered file; empty for a defect of the whole file."""
    what: str
    where: str
    """quarantine, ledger, freshness, references, silver or identity."""
    expected: dict[str, Any] = field(default_factory=dict)
    """ledger: state; references and silver: entity, key and values (silver values are those after the last date)."""

    @property
    def identity(self) -> str:
        """Kind, source and row."""
        return "|".join((self.kind, self.source, self.file, self.delivery_date, *self.key.values()))


class Book:
    """Collects what was planted; a later word about the same row and kind replaces the earlier one."""

    def __init__(self) -> None:
        self._planted: dict[str, Planted] = {}

    def add(self, planted: Planted, topic: str | None = None) -> None:
        """Note a defect; `topic` names it where its identity would change from date to date."""
        self._planted[topic or planted.identity] = planted

    def write(self, inbox: Path) -> Path:
        """Write everything as JSON; the file."""
        file = inbox / TRUTH
        file.parent.mkdir(parents=True, exist_ok=True)
        rows = [{"id": f"D{number:06d}", **asdict(one)} for number, one in enumerate(self._planted.values(), 1)]
        file.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return file


def read_planted(inbox: Path) -> list[tuple[str, Planted]]:
    """Every planted defect with its identifier; none when nothing was planted."""
    file = inbox / TRUTH
    rows = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return [(row.pop("id"), Planted(**row)) for row in rows]
