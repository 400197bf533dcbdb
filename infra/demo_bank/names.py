"""Names, addresses and contacts of persons, in the script they write."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from infra.demo_bank import words as lists
from infra.demo_bank.draw import Columns, ids, joined, texts, words

FAMILY_HAN, FAMILY_PINYIN = lists.parted(lists.FAMILY_HAN)
GIVEN_HAN = [lists.parted(pairs) for pairs in (lists.GIVEN_HAN_FEMALE, lists.GIVEN_HAN_MALE)]
GIVEN = (lists.GIVEN_FEMALE, lists.GIVEN_MALE)
ASCII = str.maketrans("äöüÄÖÜéèëêàâçñóòíìáøåńôîû", "aouAOUeeeeaacnooiiaoanoiu")


def person_names(own: Columns) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Given, family and full name; a Chinese name has the family first and no space."""
    is_han = pa.array(own["script"] == 1)
    given, family = written_names(own, in_pinyin=False)
    full = pc.if_else(is_han, joined(family, given), joined(given, " ", family))
    return given, family, full


def written_names(own: Columns, in_pinyin: bool) -> tuple[pa.Array, pa.Array]:
    """Given and family name in the person's script, or all in Latin letters; duplicates carry their typo."""
    side = 1 if in_pinyin else 0
    is_han, is_man = pa.array(own["script"] == 1), pa.array(own["gender"] == 1)
    latin = [words(GIVEN[sex], own["given"] % len(GIVEN[sex])) for sex in (0, 1)]
    han = [words(GIVEN_HAN[sex][side], own["given"] % len(GIVEN_HAN[sex][side])) for sex in (0, 1)]
    given = pc.if_else(is_han, pc.if_else(is_man, han[1], han[0]), pc.if_else(is_man, latin[1], latin[0]))
    families = (FAMILY_HAN, FAMILY_PINYIN)[side]
    family = pc.if_else(
        is_han, words(families, own["family"] % len(families)), words(lists.FAMILY, own["family"] % len(lists.FAMILY))
    )
    return with_typos(given, own["typo"] == 1), with_typos(family, own["typo"] == 2)


def with_typos(names: pa.Array, where: np.ndarray) -> pa.Array:
    """The names with their second letter doubled where asked, as a hurried clerk writes them."""
    head, rest = pc.utf8_slice_codeunits(names, 0, 2), pc.utf8_slice_codeunits(names, 1)
    return pc.if_else(pa.array(where), joined(head, rest), names)


def cities(own: Columns) -> pa.Array:
    """The city in the person's script."""
    local = words([city[1] for city in lists.CITIES], own["city"])
    return pc.if_else(pa.array(own["script"] == 1), local, words([city[0] for city in lists.CITIES], own["city"]))


def addresses(own: Columns) -> pa.Array:
    """Street, house number and city as written on an envelope."""
    house, city = texts(own["house"]), cities(own)
    postal = joined(words([one[4] for one in lists.CITIES], own["city"]), ids("", own["postal"], 2))
    latin = joined(words(lists.STREETS, own["street"] % len(lists.STREETS)), " ", house, ", ", postal, " ", city)
    han = joined(city, words(lists.STREETS_HAN, own["street"] % len(lists.STREETS_HAN)), house, "号")
    return pc.if_else(pa.array(own["script"] == 1), han, latin)


def emails(own: Columns) -> pa.Array:
    """An address of given and family name; a duplicate keeps the mailbox of the person behind it."""
    clean = {**own, "typo": np.zeros(len(own["typo"]), dtype=np.int64)}
    given, family = written_names(clean, in_pinyin=True)
    plain = pa.array([text.translate(ASCII).lower() for text in joined(given, ".", family).to_pylist()], pa.string())
    return joined(plain, texts(own["birth"] % 1_000), "@example.", words(["com", "org", "net"], own["given"] % 3))


def mobiles(own: Columns) -> pa.Array:
    """A telephone number with the city's prefix."""
    prefix = words([city[5] for city in lists.CITIES], own["city"])
    return joined(prefix, " ", ids("", (own["given"] * 10_007 + own["birth"] * 31 + own["family"]) % 10**7, 7))
