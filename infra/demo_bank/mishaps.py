"""Files that go wrong as a whole: cut, renamed inside, sent twice, too short, missing, late, or miscounted."""

import shutil
from dataclasses import dataclass
from typing import Any

from infra.demo_bank.arrivals import pending_folder
from infra.demo_bank.block import Delivery
from infra.demo_bank.options import Options
from infra.demo_bank.planted import Book, Planted
from infra.demo_bank.writing import DeliveryFile, Format, encoded

LATE_ROWS = 5


@dataclass(frozen=True)
class Mishap:
    """One file that goes wrong: on which date (an index, -1 for the last) and how it is to be seen."""

    kind: str
    source: str
    date_index: int
    where: str
    state: str = ""
    detail: str = ""


MISHAPS = (
    Mishap("truncated_file", "branch_visits/visits", 0, "quarantine", detail="the last line is cut"),
    Mishap("renamed_column", "campaigns/contacts", 1, "ledger", "rejected", "contacted is called contact_day"),
    Mishap("duplicate_delivery", "call_centre/calls", 1, "ledger", "duplicate", "the first date's file once more"),
    Mishap("shrunken_snapshot", "family_relations/relations", -1, "silver", detail="half of the rows are missing"),
    Mishap("missing_delivery", "product_catalogue/products", 1, "freshness", detail="nothing was delivered"),
    Mishap("late_file", "web_events/events", 1, "silver", detail="five rows come a date later in a second file"),
    Mishap(
        "wrong_control_total", "instant_ratings/ratings", 1, "ledger", "rejected", "the control file counts 3 too many"
    ),
)


class Mishaps:
    """Applies the mishaps of these options to deliveries and to finished files."""

    def __init__(self, options: Options, formats: dict[str, Format], book: Book) -> None:
        self._options, self._formats, self._book = options, formats, book
        usable = options.days >= 2 and options.defect_rate > 0
        self._by_place = {(one.source, one.date_index % options.days): one for one in MISHAPS} if usable else {}
        self._noted: set[str] = set()

    def apply(self, delivery: Delivery) -> Delivery | None:
        """The delivery as it is sent; None when it is not."""
        mishap = self._by_place.get((delivery.source, delivery.date_index))
        if mishap is None:
            return delivery
        if mishap.kind == "missing_delivery":
            self._note(mishap, delivery.date_index, {})
            return None
        if mishap.kind == "renamed_column":
            names = ["contact_day" if name == "contacted" else name for name in delivery.rows.column_names]
            return delivery._replace(rows=delivery.rows.rename_columns(names))
        if mishap.kind == "shrunken_snapshot":
            return self._shrunken(mishap, delivery)
        if mishap.kind == "late_file" and mishap.kind not in self._noted and self._options.days > 2:
            return self._late(mishap, delivery)
        return delivery

    def finish(self, key: tuple[str, int], file: DeliveryFile) -> None:
        """What happens to a file once it is written."""
        mishap = self._by_place.get(key)
        if mishap is None:
            return
        if mishap.kind == "truncated_file":
            cut = cut_line(file)
            self._note(mishap, key[1], {"line": cut})
        elif mishap.kind == "wrong_control_total":
            file.write_control(file.rows + 3, file.total)
            self._note(mishap, key[1], {})
        elif mishap.kind == "renamed_column":
            self._note(mishap, key[1], {})
        elif mishap.kind == "duplicate_delivery":
            first = file.path.parents[1] / self._options.dates[0].isoformat() / file.path.name
            again = file.path.with_name(file.path.name.replace(".", "-again.", 1))
            shutil.copyfile(first, again)
            self._note(mishap, key[1], {}, again.name)

    def _shrunken(self, mishap: Mishap, delivery: Delivery) -> Delivery:
        kept = delivery.rows.num_rows // 2
        names = {"from_party_id": "from_person", "to_party_id": "to_person", "relation_type_code": "relation"}
        for row in delivery.rows.slice(kept, 3).to_pylist():
            key = {name: row[path] for name, path in names.items()}
            expected: dict[str, Any] = {"entity": "party_relations", "key": key, "values": {"is_deleted": "false"}}
            self._note(mishap, delivery.date_index, {path: row[path] for path in names.values()}, expected=expected)
        return delivery._replace(rows=delivery.rows.slice(0, kept))

    def _late(self, mishap: Mishap, delivery: Delivery) -> Delivery:
        layout = self._formats[delivery.source]
        folder = pending_folder(self._options.inbox, self._options.dates[delivery.date_index + 1])
        name = layout.file.replace(".", "-2.", 1)
        day = self._options.dates[delivery.date_index].isoformat()
        file = DeliveryFile(folder / delivery.source.split("/")[0] / day / name, layout)
        late = delivery.rows.slice(0, LATE_ROWS)
        file.write(late)
        file.close()
        for row in late.select(["event", "kind", "session"]).to_pylist():
            values = {"event_type_code": row["kind"], "session_id": row["session"]}
            expected: dict[str, Any] = {"entity": "events", "key": {"event_id": row["event"]}, "values": values}
            self._note(mishap, delivery.date_index, {"event": row["event"]}, name, expected)
        return delivery._replace(rows=delivery.rows.slice(LATE_ROWS))

    def _note(
        self,
        mishap: Mishap,
        index: int,
        key: dict[str, str],
        file: str | None = None,
        expected: dict[str, Any] | None = None,
    ) -> None:
        self._noted.add(mishap.kind)
        expected = expected or ({"state": mishap.state} if mishap.state else {})
        day = self._options.dates[index].isoformat()
        name = file or self._formats[mishap.source].file
        self._book.add(Planted(mishap.kind, mishap.source, day, name, key, mishap.detail, mishap.where, expected))


def cut_line(file: DeliveryFile) -> str:
    """Append the first half of a row to a finished plain CSV file; the cut text."""
    with file.path.open("rb") as lines:
        lines.readline()
        line = lines.readline().decode(file.layout.encoding)
    half = "CUT" + line[: len(line) // 2]
    with file.path.open("ab") as end:
        end.write(encoded(half, file.layout))
    return half
