"""Letters of any script as plain small Latin ones."""

import re
import unicodedata
from functools import lru_cache

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff々]+")
QUOTES = re.compile("['\u2019`]")
UMLAUT = re.compile("([aou])e(?=[bcdfghjklmnprstvwxz])")
NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def is_han(text: str) -> bool:
    """Whether the text holds a Chinese character."""
    return not text.isascii() and HAN.search(text) is not None


def composed(text: str) -> str:
    """NFKC without spaces around: full-width letters and ligatures become plain ones."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def words(text: str) -> list[str]:
    """Words in small ASCII letters and digits: "Zürich-Höngg" -> zurich, hongg; Chinese as one syllable a word."""
    plain = QUOTES.sub("", composed(text))
    if not plain.isascii():
        plain = _in_ascii(HAN.sub(lambda run: f" {' '.join(syllables(run.group()))} ", plain))
    return NOT_A_WORD.sub(" ", plain.lower()).split()


def _in_ascii(text: str) -> str:
    from anyascii import anyascii

    return anyascii(text)


@lru_cache(maxsize=100_000)
def syllables(characters: str) -> tuple[str, ...]:
    """Pinyin without tones of Chinese characters, a syllable for each."""
    from pypinyin import lazy_pinyin

    return tuple(plain_pinyin(one) for one in lazy_pinyin(characters))


def plain_pinyin(syllable: str) -> str:
    """ü is written v by typists and u in passports."""
    return syllable.replace("v", "u").replace("ü", "u")


@lru_cache(maxsize=1)
def known_syllables() -> frozenset[str]:
    """Every syllable of Mandarin, without tones."""
    from pypinyin.constants import PINYIN_DICT

    spelt = {one for readings in PINYIN_DICT.values() for one in readings.split(",")}
    stripped = (unicodedata.normalize("NFD", one) for one in spelt)
    return frozenset("".join(letter for letter in one if letter.isascii()) for one in stripped) - {""}


def is_pinyin(word: str) -> bool:
    """Whether the word is made of Mandarin syllables: xiuying, not schmid; some names are both, like anna."""
    known, reached = known_syllables(), {0}
    for start in range(len(word)):
        if start in reached:
            reached |= {start + size for size in range(1, 7) if word[start : start + size] in known}
    return len(word) in reached


def without_umlauts(word: str) -> str:
    """The letter below the dots, where a German umlaut is written as two letters: mueller and muller are one."""
    return UMLAUT.sub(r"\1", word)
