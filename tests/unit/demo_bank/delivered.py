"""Files of a generated bank, read as a source system wrote them."""

import csv
import gzip
import json
from pathlib import Path

FIRST, SECOND = "2026-06-01", "2026-06-02"


def persons_of(bank: Path, day: str = FIRST) -> list[dict]:
    """Persons of the CRM, customers or not, as delivered on a day."""
    with gzip.open(bank / "crm" / day / "persons.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def customers_of(bank: Path, day: str = FIRST) -> dict[str, dict]:
    """The customers among them, by their id."""
    return {one["personId"]: one for one in persons_of(bank, day) if one["role"] == "customer"}


def rows_of(bank: Path, system: str, table: str, delimiter: str = ";") -> list[dict]:
    """Rows of a CSV file of the first day."""
    with (bank / system / FIRST / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))
