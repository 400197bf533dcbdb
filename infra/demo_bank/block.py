"""A block of customers: everything that is generated together, and nothing that spans blocks."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from infra.demo_bank.draw import Columns, generator, ids
from infra.demo_bank.market import Market
from infra.demo_bank.options import Options

STRIDE = 2
"""Person numbers of a block reach to STRIDE times its size: customers, then prospects, relatives and duplicates."""


class Delivery(NamedTuple):
    """Rows of one table for one business date."""

    source: str
    """`system/table`."""
    date_index: int
    rows: pa.Table


@dataclass(frozen=True)
class Block:
    """Customers `first` to `first + size - 1` and all that hangs on them."""

    options: Options
    market: Market
    number: int
    size: int

    @property
    def is_first(self) -> bool:
        """Whether this block carries what the bank has once: products, advisers, market data."""
        return self.number == 0

    @property
    def indexes(self) -> range:
        """Indexes of the business dates."""
        return range(self.options.days)

    def random(self, *topic: int | str) -> np.random.Generator:
        """A generator of this block's own for a topic."""
        return generator(self.options.seed, self.number, *topic)

    @cached_property
    def persons(self) -> Columns:
        """Persons of this block; see persons.py."""
        from infra.demo_bank.persons import draw_persons

        return draw_persons(self)

    @cached_property
    def person_ids(self) -> pa.Array:
        """The bank-wide identifier of every person."""
        prefix, width = ("P", 8) if self.options.environment == "demo" else ("berka-", 0)
        return ids(prefix, self.persons["number"], width)

    @cached_property
    def accounts(self) -> Columns:
        """Cash accounts; see accounts.py."""
        from infra.demo_bank.accounts import draw_accounts

        return draw_accounts(self)

    @cached_property
    def postings(self) -> Columns:
        """Postings of all cash accounts, by account and day; see postings.py."""
        from infra.demo_bank.postings import draw_postings

        return draw_postings(self)

    @cached_property
    def custody(self) -> Columns:
        """Positions in custody accounts and their trades; see holdings.py."""
        from infra.demo_bank.holdings import draw_custody

        return draw_custody(self)

    @cached_property
    def funds(self) -> Columns:
        """Positions in fund accounts; see holdings.py."""
        from infra.demo_bank.holdings import draw_funds

        return draw_funds(self)

    @cached_property
    def customers(self) -> np.ndarray:
        """Places of the persons who were customers before the first business date."""
        return np.flatnonzero((self.persons["role"] == 0) & (self.persons["arrival"] == 0))


def blocks(options: Options, market: Market) -> Iterator[Block]:
    """The bank, block by block."""
    for number, first in enumerate(range(0, options.customers, options.block_size)):
        yield Block(options, market, number, min(options.block_size, options.customers - first))
