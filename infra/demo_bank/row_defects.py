"""Rows that no source would send on purpose: copies of good rows under a new key with one value spoilt."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.draw import joined, texts
from infra.demo_bank.planted import Book, Planted
from infra.demo_bank.systems import crm
from infra.demo_bank.writing import Format


@dataclass(frozen=True)
class RowDefect:
    """How one kind of bad row is made from a good one."""

    kind: str
    source: str
    key: str
    """Column that names the row."""
    changes: dict[str, Any]
    is_new: bool = True
    """Whether the bad row gets a key of its own; otherwise a changed column is part of the key."""
    entity: str | None = None
    """For broken references: the silver table in which the row is to fail, and its key column."""
    entity_key: str | None = field(default=None)


POSTINGS = ("core_banking/postings", "posting_id")
ROW_DEFECTS = (
    RowDefect("unknown_code", *POSTINGS, {"type": "teleport"}),
    RowDefect("unknown_code", *POSTINGS, {"direction": "X"}),
    RowDefect("impossible_amount", *POSTINGS, {"amount": Decimal("-5.00")}),
    RowDefect("impossible_amount", *POSTINGS, {"amount": Decimal("9999999999999.00")}),
    RowDefect("unreadable_value", *POSTINGS, {"posted": "2026-02-30"}),
    RowDefect("broken_reference", *POSTINGS, {"account_id": "A9999999999"}, True, "transactions", "transaction_id"),
    RowDefect("broken_reference", "cards/cards", "card_id", {"account_id": "A9999999998"}, True, "cards", "card_id"),
    RowDefect("unknown_code", "custody/trades", "trade", {"side": "Q"}),
    RowDefect("missing_value", "custody/trades", "trade", {"instrument": None}),
    RowDefect("unknown_code", "consents/decisions", "customer", {"purpose": "astrology"}, False),
    RowDefect("impossible_date", "crm/persons", "personId", {"birth.date": date(1809, 5, 4)}),
    RowDefect("unreadable_value", "branch_visits/visits", "visit", {"arrived": "31.02.2026 10:00"}),
    RowDefect("unreadable_value", "surveys/responses", "response", {"score": "eleven"}),
    RowDefect("unknown_code", "loyalty/movements", "id", {"kind": "vanish"}),
    RowDefect("missing_value", "loyalty/movements", "id", {"customer": None}),
)
BY_SOURCE: dict[str, list[RowDefect]] = {}
for one_defect in ROW_DEFECTS:
    BY_SOURCE.setdefault(one_defect.source, []).append(one_defect)


def with_bad_rows(block: Block, delivery: Delivery, layout: Format, book: Book) -> Delivery:
    """The delivery with its share of bad rows at the end: at least one of each kind in the first block's first two."""
    rows = delivery.rows
    defects = BY_SOURCE.get(delivery.source, [])
    day = block.options.dates[delivery.date_index].isoformat()
    least = 1 if block.is_first and delivery.date_index < 2 else 0
    for place, defect in enumerate(defects):
        share = int(delivery.rows.num_rows * block.options.defect_rate / len(defects))
        count = min(max(share, least), delivery.rows.num_rows)
        if not count:
            continue
        random = block.random("defects", delivery.source, place, delivery.date_index)
        chosen = random.choice(delivery.rows.num_rows, count, replace=False)
        suffix = f"-X{place + 1}" if defect.is_new else ""
        bad = spoilt(delivery.rows.take(pa.array(chosen)), defect, suffix)
        for one in planted(defect, bad, day, layout.file):
            book.add(one)
        rows = together(rows, bad)
    return delivery._replace(rows=rows)


def spoilt(rows: pa.Table, defect: RowDefect, suffix: str) -> pa.Table:
    """These rows under new keys, with the defect's changes."""
    changes = dict(defect.changes)
    if suffix:
        rows = with_column(rows, defect.key, joined(rows[defect.key].combine_chunks(), suffix))
    for name, value in changes.items():
        wanted = rows.schema.field(name).type
        fits = value is None or not (isinstance(value, str) and not pa.types.is_string(wanted))
        rows = with_column(rows, name, pa.array([value] * rows.num_rows, wanted if fits else pa.string()))
    return rows


def with_column(rows: pa.Table, name: str, values: pa.Array) -> pa.Table:
    """The same table with one column replaced."""
    return rows.set_column(rows.schema.get_field_index(name), name, values)


def together(rows: pa.Table, bad: pa.Table) -> pa.Table:
    """Both tables as one; a column that holds text in one of them is text."""
    for name in rows.column_names:
        if rows[name].type != bad[name].type:
            rows = with_column(rows, name, pc.cast(rows[name], pa.string()).combine_chunks())
            bad = with_column(bad, name, pc.cast(bad[name], pa.string()).combine_chunks())
    return pa.concat_tables([rows, bad])


def planted(defect: RowDefect, bad: pa.Table, day: str, file: str) -> Iterator[Planted]:
    """What to note about each of these bad rows."""
    said = ", ".join(f"{name} is {value}" for name, value in defect.changes.items())
    changed = {} if defect.is_new else {name: str(value) for name, value in defect.changes.items()}
    for key in pc.cast(bad[defect.key], pa.string()).to_pylist():
        where, expected = "quarantine", {}
        if defect.entity:
            where, expected = "references", {"entity": defect.entity, "key": {defect.entity_key: key}}
        yield Planted(defect.kind, defect.source, day, file, {defect.key: key, **changed}, said, where, expected)


def note_duplicates(block: Block, book: Book) -> None:
    """Write every duplicate person into the book; identity resolution is to find them."""
    places = (block.persons["duplicate_of"] >= 0).nonzero()[0]
    copies = block.person_ids.take(pa.array(places)).to_pylist()
    originals = block.person_ids.take(pa.array(block.persons["duplicate_of"][places])).to_pylist()
    typos = texts(block.persons["typo"][places]).to_pylist()
    day = block.options.dates[0].isoformat()
    kinds = {"1": "a typo in the given name", "2": "a typo in the family name", "3": "the same name"}
    for copy, original, typo in zip(copies, originals, typos, strict=True):
        what = f"the person {original} once more, with {kinds[typo]}, perhaps moved"
        key, expected = {"personId": copy}, {"same_as": original}
        file = crm.FORMATS["crm/persons"].file
        book.add(Planted("duplicate_person", "crm/persons", day, file, key, what, "identity", expected))
