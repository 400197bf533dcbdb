"""Names of persons and organisations as (family, given) in plain Latin letters, whatever the script and the order."""

import re
from functools import lru_cache
from pathlib import Path

import yaml

from spark_jobs.identity.matching.normalise.text import (
    composed,
    is_han,
    is_pinyin,
    plain_pinyin,
    syllables,
    without_umlauts,
    words,
)

WORDS = yaml.load(Path(__file__).with_name("name_words.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)
HONORIFICS, PARTICLES = frozenset(WORDS["honorifics"]), frozenset(WORDS["particles"])
COMPOUND_FAMILIES, LEGAL_FORMS = frozenset(WORDS["compound_families"]), frozenset(WORDS["legal_forms"])
HAN_LEGAL_FORMS = re.compile(f"({'|'.join(WORDS['han_legal_forms'])})$")
COMMA = re.compile(r"[,，、]")


def person_name(family: str | None, given: str | None, full: str | None) -> tuple[str | None, str | None]:
    """Family and given name; from the full name where the parts are not given. None where nothing is left.

    Without a comma the family name comes first in Chinese script, and last otherwise.
    """
    if not (family or given):
        family, given = split_name(full or "")
    return family_name(family or ""), given_name(given or "")


def split_name(full: str) -> tuple[str, str]:
    """Family and given name as written, without titles."""
    text = _without_han_titles(composed(full))
    if COMMA.search(text):
        family, given = COMMA.split(text, maxsplit=1)
        return family.strip(), given.strip()
    if is_han(text):
        return _split_han(text)
    parts = [part for part in text.split() if not _is_title(part)]
    at = max(len(parts) - 1, 0)
    while at > 1 and parts[at - 1].lower() in PARTICLES:
        at -= 1
    return " ".join(parts[at:]), " ".join(parts[:at])


def _split_han(text: str) -> tuple[str, str]:
    if len(text.split()) == 2:
        family, given = text.split()
        return family, given
    joined = re.sub(r"[\s·]", "", text)
    size = 2 if joined[:2] in COMPOUND_FAMILIES and len(joined) > 2 else 1
    return joined[:size], joined[size:]


def _without_han_titles(text: str) -> str:
    for title in WORDS["han_honorifics"]:
        if len(text) > len(title) + 1:
            text = text.removesuffix(title)
    return text.strip()


def _is_title(part: str) -> bool:
    plain = words(part)
    return bool(plain) and all(one in HONORIFICS for one in plain)


@lru_cache(maxsize=100_000)
def family_name(text: str) -> str | None:
    """A family name in plain letters, its particles kept; Chinese by its reading as a family name."""
    plain = _without_han_titles(composed(text))
    if is_han(plain):
        joined = re.sub(r"\s", "", plain)
        return WORDS["family_readings"].get(joined) or "".join(syllables(joined))
    return _joined([one for one in words(plain) if one not in HONORIFICS])


@lru_cache(maxsize=100_000)
def given_name(text: str) -> str | None:
    """Given names in plain letters; Chinese ones as one word."""
    plain = _without_han_titles(composed(text))
    if is_han(plain):
        return "".join(words(plain)) or None
    return _joined([one for one in words(plain) if one not in HONORIFICS])


def _joined(parts: list[str]) -> str | None:
    """Syllables of Mandarin as one word; German umlauts written as two letters as the letter below the dots."""
    if not parts:
        return None
    if all(_is_syllables(one) for one in parts):
        return plain_pinyin("".join(parts))
    return " ".join(without_umlauts(one) for one in parts)


@lru_cache(maxsize=100_000)
def _is_syllables(word: str) -> bool:
    return is_pinyin(word)


def organisation_name(text: str) -> str | None:
    """The name of an organisation in plain letters without its legal form."""
    plain = composed(text)
    if is_han(plain):
        core = HAN_LEGAL_FORMS.sub("", re.sub(r"[\s()（）]", "", plain)) or plain
        return "".join(words(core)) or None
    parts = words(re.sub(r"(?<=\b\w)\.(?=\w\b)", "", plain))
    kept = [one for one in parts if one not in LEGAL_FORMS] or parts
    return _joined(kept)
