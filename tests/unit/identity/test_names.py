"""Names in Latin and Chinese script, with titles, in either order."""

import pytest

from spark_jobs.identity.matching.normalise.names import organisation_name, person_name


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("王秀英", ("wang", "xiuying")),
        ("王 秀英", ("wang", "xiuying")),
        ("Xiu-Ying Wang", ("wang", "xiuying")),
        ("WANG, Xiuying", ("wang", "xiuying")),
        ("欧阳雪梅女士", ("ouyang", "xuemei")),
        ("歐陽雪梅", ("ouyang", "xuemei")),
        ("张偉先生", ("zhang", "wei")),
        ("吕布", ("lu", "bu")),
        ("Dr. Hans von der Müller", ("von der muller", "hans")),
        ("Jürg Mueller", ("muller", "jurg")),
        ("Prof. Dr. Søren Øster", ("oster", "soren")),
        ("Chloé Lefèvre", ("lefevre", "chloe")),
        ("D'Angelo, Maria", ("dangelo", "maria")),
        ("Дмитрий Иванов", ("ivanov", "dmitriy")),
        ("Cher", ("cher", None)),
        ("", (None, None)),
    ],
)
def test_a_full_name_is_family_and_given_name_in_plain_letters(written, expected):
    assert person_name(None, None, written) == expected


def test_characters_read_differently_as_a_family_name_are_read_so():
    assert [person_name(None, None, name)[0] for name in ("曾国藩", "单田芳", "任正非", "查良镛")] == [
        "zeng", "shan", "ren", "zha",
    ]  # fmt: skip


def test_parts_given_by_the_source_win_over_the_full_name():
    assert person_name("García Lorca", "Federico José", "F. Lorca") == ("garcia lorca", "federico jose")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Alpina Logistics AG", "alpina logistics"),
        ("ALPINA LOGISTICS A.G.", "alpina logistics"),
        ("东方科技有限公司", "dongfangkeji"),
        ("Müller & Söhne GmbH", "muller sohne"),
        ("Limited", "limited"),
        ("...", None),
    ],
)
def test_an_organisation_is_named_without_its_legal_form(written, expected):
    assert organisation_name(written) == expected
