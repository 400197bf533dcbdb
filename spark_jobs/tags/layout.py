"""Where each tag's value stands in a row of marts.customer_tag_words.

A domain has up to five columns: `<domain>_true` and `<domain>_known`, words of 63 tags each whose bits say that a
boolean tag is true and that it is known; `<domain>_numbers`, `<domain>_texts` and `<domain>_dates`, one element a tag.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

BITS = 63
"""Tags a word: the sign of a 64-bit integer stays free."""
STORES = {"boolean": "true", "category": "texts", "number": "numbers", "score": "numbers", "date": "dates"}
"""Column of a domain that holds a value type; a boolean tag's `known` stands beside `true`."""
ARRAYS = {"true": "array<bigint>", "known": "array<bigint>", "numbers": "array<double>", "texts": "array<string>",
          "dates": "array<date>"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slot:
    """Place of one tag: element `position` (from 0) of the column `<domain>_<store>`, `bit` of it for a boolean."""

    tag_id: str
    domain: str
    store: str
    position: int
    bit: int | None = None

    @property
    def column(self) -> str:
        """Column that holds the value."""
        return f"{self.domain}_{self.store}"

    @property
    def known_column(self) -> str:
        """Column of words that say whether a boolean tag is known."""
        return f"{self.domain}_known"


def slots_of(tags: Iterable[tuple[str, str, str]]) -> list[Slot]:
    """Places of (tag_id, domain, value_type), in order of domain, store and id: the same tags, the same places."""
    keyed = sorted((domain, STORES[value_type], tag_id) for tag_id, domain, value_type in tags)
    slots = []
    for (domain, store), group in groupby(keyed, key=lambda one: one[:2]):
        for number, (_, _, tag_id) in enumerate(group):
            word, bit = divmod(number, BITS)
            is_bit = store == "true"
            slots.append(Slot(tag_id, domain, store, word if is_bit else number, bit if is_bit else None))
    return slots


def columns_of(slots: Sequence[Slot]) -> Mapping[str, str]:
    """Columns of the words' table behind the key, with their Spark types, in order."""
    stores = dict.fromkeys((slot.domain, slot.store) for slot in slots)
    columns = {}
    for domain, store in stores:
        columns[f"{domain}_{store}"] = ARRAYS[store]
        if store == "true":
            columns[f"{domain}_known"] = ARRAYS["known"]
    return dict(sorted(columns.items()))
