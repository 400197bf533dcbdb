"""Telephone numbers, e-mail addresses, postal addresses and identifiers that compare."""

import re
from functools import lru_cache

from spark_jobs.identity.matching.normalise.text import composed, without_umlauts, words

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
NOT_IN_IDENTIFIERS = re.compile(r"[\W_]+")
STREET_WORDS = {
    "str": "strasse", "street": "st", "road": "rd", "avenue": "ave", "av": "ave", "boulevard": "blvd", "bd": "blvd",
    "lane": "ln", "drive": "dr", "square": "sq", "place": "pl", "platz": "pl", "hao": "", "no": "", "nr": "",
}  # fmt: skip
"""Ways to write the same word of an address; those with nothing behind say nothing."""


def phone(text: str, region: str | None = None) -> str | None:
    """E.164 ("+41446681800"); a number without country code is one of the region (ISO 3166). None where it is none."""
    import phonenumbers

    try:
        number = phonenumbers.parse(composed(text), region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email(text: str) -> str | None:
    """Small letters, without what stands behind a + in the mailbox; None where it is no address."""
    plain = "".join(composed(text).lower().split()).removeprefix("mailto:")
    if not EMAIL.fullmatch(plain):
        return None
    mailbox, domain = plain.rsplit("@", 1)
    mailbox = mailbox.split("+", 1)[0] or mailbox
    if domain in ("gmail.com", "googlemail.com"):
        mailbox, domain = mailbox.replace(".", ""), "gmail.com"
    return f"{mailbox}@{domain}"


def mailbox(address: str) -> str | None:
    """Letters of the name of a mailbox, to hold beside a person's name: "jurg.mueller12@example.org" is jurgmuller."""
    letters = "".join(without_umlauts(one) for one in words(address.split("@", 1)[0]))
    return "".join(one for one in letters if one.isalpha()) or None


def address(text: str) -> str | None:
    """Words and numbers of a postal address in plain letters, usual abbreviations written one way."""
    return " ".join(part for part in map(_address_word, words(text)) if part) or None


@lru_cache(maxsize=100_000)
def _address_word(word: str) -> str:
    """Bahnhofstr and bahnhofstrasse are one word; what says nothing is empty."""
    plain = without_umlauts(STREET_WORDS.get(word, word))
    return plain + "asse" if plain.endswith("str") and len(plain) > 3 else plain


def identifier(text: str) -> str | None:
    """Capital letters and digits of an identifier, of any script; None where nothing is left."""
    return NOT_IN_IDENTIFIERS.sub("", composed(text)).upper() or None
