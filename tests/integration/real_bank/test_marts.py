"""What the marts make of the public files: numbers that the publishers or a count by hand give."""

from collections.abc import Callable
from typing import Any


def test_every_berka_card_has_a_holder(ask: Callable[[str, str], list[tuple[Any, ...]]]) -> None:
    """`wc -l card.asc` less its header; a card names a right over an account, and the right its client."""
    assert ask("marts.customer_360", "select sum(active_cards_count) from rows") == [(892,)]
