"""A matching model as declared in YAML: rules, blocking, comparisons, training and thresholds."""

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

MODELS = Path(__file__).resolve().parents[1] / "models"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PairRule(_Part):
    """Pairs of records that agree on every expression of `agree`, and for which `where` (of `l.` and `r.`) holds."""

    agree: tuple[str, ...]
    where: str | None = None


class NamedRule(PairRule):
    """A rule that decides alone; `name` is what the edge says."""

    name: str


class Distinct(_Part):
    """Pairs that are never one party, whatever else agrees."""

    name: str
    where: str


class Contradiction(_Part):
    """Pairs that a score alone may not merge: it counts for `at_most`, so that a steward looks. Rules are not bound."""

    name: str
    where: str
    at_most: float


class Crowd(_Part):
    """A kind of values that say nothing about who a record is where too many share one.

    Too many: more than `above` records, or records with more than so many `different` values of another column.
    `column` is the list that is counted; the lists `also` hold some of its values, `first` the first one.
    """

    column: str
    also: tuple[str, ...] = ()
    first: str | None = None
    above: int
    different: dict[str, int] = {}


class Level(_Part):
    """One level of a comparison: the condition, its name in the evidence, and how rare values weigh more."""

    kind: Literal[
        "missing", "exact", "jaro_winkler", "levenshtein", "damerau_levenshtein", "reversed", "intersects", "sql"
    ]
    column: str | None = None
    at: float | None = None
    sql: str | None = None
    label: str | None = None
    term_frequency: str | None = None
    weight: float | None = None
    m: float | None = None
    u: float | None = None
    """Declared shares of true and of random pairs, where they are not to be learnt: dependence on another comparison,
    or an identifier that the others are learnt from."""

    @property
    def name(self) -> str:
        """What the evidence says."""
        return self.label or (self.kind if self.at is None else f"{self.kind} {self.at:g}")


class Comparison(_Part):
    """Levels from the strictest to the loosest; "different" is added at the end."""

    name: str
    levels: tuple[Level, ...]


class Training(_Part):
    """How m, u and the prior are estimated, without truth."""

    seed: int
    records: int
    """At most so many records take part, chosen by the hash of their key."""
    pairs: int
    """Random pairs that u is counted on."""
    prior: tuple[tuple[str, ...], ...]
    """Columns whose agreement is strict enough to be right; `recall` of all matches are expected to agree on some."""
    recall: float
    expectation: tuple[tuple[str, ...], ...]
    """Blocks in which expectation maximisation learns m, each for the comparisons that it does not use."""
    least_m: float = 0.0001
    """What a level that true pairs hardly ever reach is taken for: a small sample proves no impossibility."""
    iterations: int = 25


class Thresholds(_Part):
    """Probabilities: `keep` an edge from here; `merge` records from here."""

    keep: float
    merge: float
    largest: int
    """Records in one cluster, at most."""


class Definition(_Part):
    """One matching model."""

    description: str
    owner: str
    columns: dict[str, Literal["string", "strings", "date"]]
    crowds: tuple[Crowd, ...] = ()
    rules: tuple[NamedRule, ...] = ()
    distinct: tuple[Distinct, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    blocking: tuple[PairRule, ...]
    comparisons: tuple[Comparison, ...]
    training: Training
    thresholds: Thresholds
    name: str = Field(default="")

    @property
    def term_frequency_columns(self) -> list[str]:
        """Columns whose values weigh by their rarity."""
        named = (level.term_frequency for one in self.comparisons for level in one.levels)
        return sorted({name for name in named if name})


def load_definition(model: str | Path) -> Definition:
    """The model of that name under `models/`, or of that file. Raises ValueError where the file is not a model."""
    path = model if isinstance(model, Path) else MODELS / f"{model}.yml"
    text = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return Definition(**text, name=path.stem)
