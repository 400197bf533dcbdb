"""Names of persons and organisations as (family, given) in plain Latin letters, whatever the script and the order."""

import re
from functools import lru_cache

from spark_jobs.identity.matching.normalise.text import (
    composed,
    is_han,
    is_pinyin,
    plain_pinyin,
    syllables,
    without_umlauts,
    words,
)

HONORIFICS = frozenset(
    "mr mrs ms miss dr prof professor herr frau monsieur madame mme mlle sig signor signora sr sra don dona sir lady "
    "lord dame dipl ing lic med iur phd mba jr jun junior sen senior ii iii iv esq rev hon".split()
)
HAN_HONORIFICS = ("先生", "女士", "小姐", "太太", "夫人", "博士", "教授", "阁下", "閣下")
PARTICLES = frozenset("von van de der den del della di da dos das du la le zu zur af av el al bin ibn ben ter ten".split())
COMPOUND_FAMILIES = frozenset(
    "欧阳 歐陽 上官 司马 司馬 诸葛 諸葛 夏侯 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 长孙 長孫 宇文 司徒 独孤 獨孤 南宫 南宮 "
    "端木 东方 東方 西门 西門 万俟 闻人 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 轩辕 钟离 闾丘 鲜于 呼延 百里 东郭 微生".split()
)
FAMILY_READINGS = {
    "单": "shan", "單": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "区": "ou", "區": "ou", "查": "zha", "任": "ren",
    "盖": "ge", "蓋": "ge", "朴": "piao", "翟": "zhai", "乐": "yue", "樂": "yue", "覃": "qin", "种": "chong", "冼": "xian",
    "员": "yun", "員": "yun", "华": "hua", "华": "hua", "尉迟": "yuchi", "尉遲": "yuchi", "万俟": "moqi", "长孙": "zhangsun",
    "長孫": "zhangsun", "单于": "chanyu", "缪": "miao", "繆": "miao", "臧": "zang", "召": "shao", "黑": "he", "秘": "bi",
}  # fmt: skip
"""Characters that are read differently as a family name."""
LEGAL_FORMS = frozenset(
    "ag gmbh sa sarl sas ltd limited llc inc incorporated plc spa srl bv nv co company corp corporation kg ohg ug se ab as "
    "oy aps asa kk pte pty lp llp holding group".split()
)
HAN_LEGAL_FORMS = re.compile("(股份有限公司|有限责任公司|有限責任公司|有限公司|集团公司|集團公司|集团|集團|公司)$")
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
    for title in HAN_HONORIFICS:
        if len(text) > len(title) + 1:
            text = text.removesuffix(title)
    return text.strip()


def _is_title(part: str) -> bool:
    plain = words(part)
    return bool(plain) and all(one in HONORIFICS for one in plain)


def family_name(text: str) -> str | None:
    """A family name in plain letters, its particles kept; Chinese by its reading as a family name."""
    plain = _without_han_titles(composed(text))
    if is_han(plain):
        joined = re.sub(r"\s", "", plain)
        return FAMILY_READINGS.get(joined) or "".join(syllables(joined))
    return _joined([one for one in words(plain) if one not in HONORIFICS])


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
