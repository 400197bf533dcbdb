"""What tags may be made of: the columns of customer_360 and household_360, and ranks among customers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

MARTS = Path(__file__).resolve().parents[1] / "models" / "marts"
SOURCES = {
    "customer_360": MARTS / "customers" / "customer_360.yml",
    "household_360": MARTS / "households" / "household_360.yml",
}
KEYS = {"customer_id", "household_id"}
NUMBERS = ("decimal", "bigint", "int", "double")
DUCKDB_TYPES = {"double": "double", "string": "varchar", "boolean": "boolean", "date": "date"}
EXAMPLE_DATE = "2026-06-01"
"""Business date of every example that does not name one."""
WINDOWED = re.compile(r"_last_\d+_days_|_on_business_date_")
"""Names of columns that sum or count over days before the business date."""


@dataclass(frozen=True, slots=True)
class Input:
    """One known thing about a customer: numbers as doubles, moments as their UTC day.

    `moves_daily` says that it is another one tomorrow without any news of the customer.
    """

    name: str
    kind: str
    table: str
    column: str
    description: str
    moves_daily: bool = False

    @property
    def is_windowed(self) -> bool:
        """Whether rows leave it as days pass."""
        return WINDOWED.search(self.name) is not None


@dataclass(frozen=True, slots=True)
class Percentile:
    """Rank of a customer by a measure, 0 (lowest) to 1, among those of the same group or among all."""

    measure: str
    group: str | None

    @property
    def name(self) -> str:
        """Column that holds it."""
        within = f"_within_{self.group}" if self.group else ""
        return f"percentile_of_{self.measure}{within}"


@cache
def known_inputs() -> Mapping[str, Input]:
    """Every input by name; household columns start with `household_`."""
    return {one.name: one for table, file in SOURCES.items() for one in _columns(table, file)}


def _columns(table: str, file: Path) -> Iterator[Input]:
    (model,) = yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
    for column in model["columns"]:
        name = column["name"]
        if name in KEYS or (table == "household_360" and name == "as_of_date"):
            continue
        is_prefixed = table == "household_360" and not name.startswith("household_")
        known_as = f"household_{name}" if is_prefixed else name
        moves_daily = column.get("meta", {}).get("moves") == "daily"
        yield Input(known_as, _kind(column["data_type"]), table, name, column["description"], moves_daily)


def _kind(data_type: str) -> str:
    if data_type.startswith(NUMBERS):
        return "double"
    return "date" if data_type == "timestamp" else data_type
