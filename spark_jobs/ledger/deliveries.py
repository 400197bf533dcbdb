"""A delivery and its state, as a pure function of all deliveries of its source."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

State = Literal["accepted", "duplicate", "superseded", "withdrawn", "rejected"]
LASTING: tuple[State, ...] = ("withdrawn", "rejected")
"""States that somebody or a check decided; the others follow from the other deliveries of the source."""


def delivery_id(source: str, delivery_date: date, sequence: int, content_hash: str) -> str:
    """Identity of a delivery: 16 hex digits, the same wherever and whenever it is landed."""
    text = f"{source}|{delivery_date.isoformat()}|{sequence}|{content_hash}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file of one source and date, as the ledger knows it."""

    delivery_id: str
    source: str
    source_system: str
    delivery_date: date
    sequence: int
    """100 * the number in the file's name (the part a `*` stands for; 0 without) + how often the file was sent."""
    file_name: str
    content_hash: str
    size_bytes: int = 0
    state: State = "accepted"
    state_reason: str | None = None
    delivered_rows: int = 0
    stored_rows: int = 0
    quarantined_rows: int = 0
    duplicate_rows: int = 0
    is_late: bool = False
    control_row_count: int | None = None
    control_amount: Decimal | None = None
    contract_version: str = ""
    run_id: str = ""
    recorded_at: datetime | None = None
    change_number: int = 0
    load_mode: str = "append"
    file_modified_at: datetime | None = None

    @property
    def place(self) -> tuple[date, int, str]:
        """Order of the deliveries of a source: date, sequence, file name."""
        return (self.delivery_date, self.sequence, self.file_name)

    @property
    def has_rows_in_bronze(self) -> bool:
        """Whether every row was stored or quarantined, and none left out as a duplicate."""
        return self.state != "rejected" and self.stored_rows + self.quarantined_rows == self.delivered_rows

    def record(self) -> dict[str, Any]:
        """The delivery as a record of `governance.deliveries`."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Delivery":
        """The delivery of a record of `governance.deliveries`."""
        return cls(**{field.name: record[field.name] for field in fields(cls)})


def resolve(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """The same deliveries of one source, each in the state that follows from all of them, in order of place.

    Of one date and file name the last sending counts. Of equal contents (append and merge: of any date; snapshot: of
    one date) the first in place counts; when that one was withdrawn, its copies stay duplicates.
    """
    ordered = sorted(deliveries, key=lambda one: (*one.place, one.delivery_id))
    states: dict[str, tuple[State, str | None]] = {
        one.delivery_id: (one.state, one.state_reason) for one in ordered if one.state in LASTING
    }
    states.update(_superseded(one for one in ordered if one.state not in LASTING))
    states.update(_duplicates(one for one in ordered if states.get(one.delivery_id, ("", ""))[0] in ("", "withdrawn")))
    resolved = []
    for one in ordered:
        state, reason = states.get(one.delivery_id, ("accepted", None))
        resolved.append(replace(one, state=state, state_reason=reason))
    return resolved


def _superseded(deliveries: Iterable[Delivery]) -> dict[str, tuple[State, str | None]]:
    sendings = defaultdict(list)
    for one in deliveries:
        sendings[one.delivery_date, one.file_name].append(one)
    return {
        one.delivery_id: ("superseded", f"sent again as {sent[-1].delivery_id}")
        for sent in sendings.values()
        for one in sent[:-1]
    }


def _duplicates(deliveries: Iterable[Delivery]) -> dict[str, tuple[State, str | None]]:
    copies = defaultdict(list)
    for one in deliveries:
        if one.delivered_rows:
            scope = one.delivery_date if one.load_mode == "snapshot" else None
            copies[one.content_hash, scope].append(one)
    return {
        one.delivery_id: ("duplicate", f"same content as {same[0].delivery_id} ({same[0].file_name})")
        for same in copies.values()
        for one in same[1:]
        if one.state != "withdrawn"
    }
