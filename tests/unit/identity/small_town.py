"""A few hundred made-up people, some written down twice, as records of a small model."""

import random
from functools import cache

import pyarrow as pa

from spark_jobs.identity.matching.definition import Definition
from spark_jobs.identity.matching.frozen import FrozenModel
from spark_jobs.identity.matching.table import record_schema
from spark_jobs.identity.matching.training import train

GIVEN = (
    "anna",
    "beat",
    "carla",
    "dario",
    "elena",
    "felix",
    "greta",
    "hugo",
    "irene",
    "jonas",
    "karin",
    "lukas",
    "mara",
    "nino",
    "olga",
    "paul",
    "rosa",
    "sven",
    "tina",
    "urs",
)
FAMILY = (
    "ammann",
    "baumann",
    "christen",
    "dubois",
    "egger",
    "frei",
    "gerber",
    "huber",
    "iseli",
    "jenni",
    "keller",
    "lang",
    "meier",
    "nef",
    "ott",
    "peter",
    "roth",
    "suter",
)
DEFINITION = Definition(
    name="town",
    description="People of a small town.",
    owner="Tests",
    columns={"given": "string", "family": "string", "born": "string", "emails": "strings", "kin": "strings",
             "phone": "string"},
    rules=[{"name": "email", "agree": ["unnest(emails)"], "where": "levenshtein(l.given, r.given) <= 1"}],
    distinct=[{"name": "kin", "where": "list_contains(l.kin, r.record_key) OR list_contains(r.kin, l.record_key)"}],
    contradictions=[{"name": "other_phone", "where": "l.phone <> r.phone", "at_most": 0.5}],
    blocking=[{"agree": ["family"]}, {"agree": ["born"]}],
    comparisons=[
        {"name": "given", "levels": [{"kind": "missing", "column": "given"},
                                     {"kind": "exact", "column": "given", "term_frequency": "given"},
                                     {"kind": "levenshtein", "column": "given", "at": 1}]},
        {"name": "family", "levels": [{"kind": "missing", "column": "family"},
                                      {"kind": "exact", "column": "family", "term_frequency": "family"},
                                      {"kind": "levenshtein", "column": "family", "at": 1}]},
        {"name": "born", "levels": [{"kind": "missing", "column": "born"}, {"kind": "exact", "column": "born"},
                                    {"kind": "damerau_levenshtein", "column": "born", "at": 1}]},
    ],
    training={"seed": 1, "records": 1000, "pairs": 50_000, "prior": [["given", "family", "born"]], "recall": 0.6,
              "expectation": [["born"], ["given"]]},
    thresholds={"keep": 0.1, "merge": 0.9, "largest": 5},
)  # fmt: skip


def people(*rows: dict) -> pa.Table:
    """Records of these rows; what a row leaves out is NULL."""
    return pa.Table.from_pylist(list(rows), schema=record_schema(DEFINITION))


@cache
def town() -> pa.Table:
    """300 people and 60 second records of them with an error, the same on every call."""
    chance = random.Random(5)
    rows = []
    for number in range(300):
        born = f"{chance.randint(1930, 2005)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        given, family = chance.choice(GIVEN), chance.choice(FAMILY)
        rows.append({"record_key": f"crm|{number:03d}", "given": given, "family": family, "born": born,
                     "emails": [f"{given}.{family}{number}@example.org"] if number % 3 else None})  # fmt: skip
    for one in chance.sample(rows, 60):
        again = dict(one, record_key=one["record_key"].replace("crm", "web"))
        spoilt = chance.choice(("given", "family", "born"))
        again[spoilt] = again[spoilt][:-1] + chance.choice("abcdefg0123456789")
        rows.append(again)
    return people(*rows)


@cache
def model() -> FrozenModel:
    """The town's model, learnt from the town."""
    return train(town(), DEFINITION)
