"""Write rows of the miniature bank as the files that its systems would deliver."""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

Rows = Iterable[Mapping[str, object]]

POSTING = ("PostingId", "AccountId", "PostedDate", "Amount", "Direction", "Currency")
PERSON = ("person_id", "full_name", "birth_date", "segment", "email", "city")


def posting(posting_id: str, **changed: object) -> dict[str, object]:
    """A posting of 100.00 EUR into account a1 on 2026-06-01, but for what is changed (account, date, amount, ...)."""
    values = {"account": "a1", "date": "2026-06-01", "amount": "100.00", "direction": "C", "currency": "EUR", **changed}
    return dict(zip(POSTING, (posting_id, *values.values()), strict=True))


def account(account_id: str, **changed: object) -> dict[str, object]:
    """A current account of person p1 as it was inserted on 2026-06-01, but for what is changed."""
    values = {
        "op": "I", "type": "current", "currency": "EUR", "opened": "2020-01-15", "holder": "p1",
        "changed_at": "2026-06-01T08:00:00", **changed,
    }  # fmt: skip
    return {
        "id": account_id,
        "op": values["op"],
        "type": values["type"],
        "currency": values["currency"],
        "opened": {"date": values["opened"]},
        "holder": {"id": values["holder"]},
        "changedAt": values["changed_at"],
    }


def person(person_id: str, **changed: object) -> dict[str, object]:
    """A person of the affluent segment in Geneva, but for what is changed (full_name, birth_date, segment, ...)."""
    return {
        "person_id": person_id, "full_name": f"Person {person_id}", "birth_date": "1980-02-29", "segment": "affluent",
        "email": f"{person_id}@example.org", "city": "Geneva", **changed,
    }  # fmt: skip


def write_postings(inbox: Path, day: str, rows: Rows, name: str = "postings.csv") -> Path:
    """A delivery of bank/postings: CSV with `;`, and its control file with the right totals."""
    listed = list(rows)
    path = _folder(inbox, "bank", day) / name
    path.write_text(as_csv(POSTING, listed, ";"), encoding="utf-8")
    amount = sum((Decimal(str(row["Amount"])) for row in listed), Decimal(0))
    write_control(path, len(listed), amount)
    return path


def write_control(path: Path, rows: int, amount: Decimal | str) -> Path:
    """The control file beside a delivery of bank/postings."""
    control = path.with_suffix(".ctl")
    control.write_text(f"rows={rows}\namount={amount}\n", encoding="utf-8")
    return control


def write_accounts(inbox: Path, day: str, rows: Rows, name: str = "accounts.jsonl") -> Path:
    """A delivery of bank/accounts: one JSON object a line."""
    path = _folder(inbox, "bank", day) / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_persons(inbox: Path, day: str, rows: Rows, name: str = "persons.csv.gz") -> Path:
    """A delivery of crm/persons: a packed CSV file with every person."""
    path = _folder(inbox, "crm", day) / name
    path.write_bytes(gzip.compress(as_csv(PERSON, rows, ",").encode(), mtime=0))
    return path


def as_csv(names: Iterable[str], rows: Rows, delimiter: str) -> str:
    """Rows as CSV text with a header line."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(names), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _folder(inbox: Path, system: str, day: str) -> Path:
    folder = inbox / system / day
    folder.mkdir(parents=True, exist_ok=True)
    return folder
