"""What is to be generated."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Options:
    """Arguments of one generated bank; equal options give equal bytes."""

    inbox: Path
    first_date: date = date(2026, 6, 1)
    days: int = 3
    customers: int = 2_000
    history_days: int = 365
    seed: int = 1
    environment: str = "demo"
    data: Path | None = None
    """Folder of public data; needed by the `real` environment only."""
    defect_rate: float = 0.001
    """Share of rows of the tables that carry row defects; 0 plants nothing."""
    postings: int = 100
    """Postings a customer over the history."""
    daily_share: float = 0.01
    """Postings of one further business date, as a share of the history's."""
    activity: float = 1.0
    """Factor on events, contacts, surveys and other behaviour."""
    only: tuple[str, ...] = ()
    """Sources or systems to write; all when empty."""
    block_size: int = 20_000
    """Customers held in memory at a time."""

    @cached_property
    def dates(self) -> list[date]:
        """The business dates, Monday to Friday."""
        found: list[date] = []
        day = self.first_date
        while len(found) < self.days:
            if day.weekday() < 5:
                found.append(day)
            day += timedelta(days=1)
        return found

    @cached_property
    def day_numbers(self) -> list[int]:
        """The business dates as days since 1970-01-01."""
        return [(day - EPOCH).days for day in self.dates]

    @property
    def today(self) -> int:
        """The first business date, as days since 1970-01-01."""
        return self.day_numbers[0]

    @property
    def history_start(self) -> int:
        """The first day of history, as days since 1970-01-01."""
        return self.today - self.history_days

    @property
    def public_data(self) -> Path:
        """The folder of public data. Raises ValueError when it was not given."""
        if self.data is None:
            raise ValueError("The real environment needs --data, the folder of public data.")
        return self.data

    def span(self, index: int) -> tuple[int, int]:
        """First and last day (since 1970) whose happenings are delivered on the business date of that index."""
        first = self.history_start if index == 0 else self.day_numbers[index - 1] + 1
        return first, self.day_numbers[index]
