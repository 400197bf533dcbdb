"""A trained model, frozen: its definition, parameters and term frequencies, in files of one version."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from spark_jobs.identity.matching.comparisons import Parameters
from spark_jobs.identity.matching.definition import MODELS, Definition

FROZEN = MODELS / "frozen"


@dataclass(frozen=True)
class FrozenModel:
    """What scores depend on, and nothing else."""

    definition: Definition
    prior: float
    """Probability that two random records are one party."""
    parameters: Parameters
    term_frequencies: dict[str, pa.Table]
    """Column -> value and tf, the share of records that carry the value, in order of value."""
    records: int
    """Records that term frequencies were counted on: a value never seen counts as one of so many."""

    @cached_property
    def version(self) -> str:
        """Name of the definition and a hash of everything that a score depends on."""
        text = hashlib.sha256(self._document().encode())
        for column, table in sorted(self.term_frequencies.items()):
            text.update(column.encode())
            text.update(json.dumps(table.to_pydict(), ensure_ascii=False, separators=(",", ":")).encode())
        return f"{self.definition.name}-{text.hexdigest()[:12]}"

    def _document(self) -> str:
        parts = {
            "definition": self.definition.model_dump(),
            "prior": self.prior,
            "parameters": self.parameters,
            "records": self.records,
        }
        return json.dumps(parts, indent=1, ensure_ascii=False, sort_keys=True)

    def save(self, folder: Path) -> Path:
        """Write the model to `folder/<version>`; an existing one is the same and stays. The version's folder."""
        target = folder / self.version
        target.mkdir(parents=True, exist_ok=True)
        for column, table in self.term_frequencies.items():
            pq.write_table(table, target / f"tf_{column}.parquet")
        (target / "model.json").write_text(self._document() + "\n", encoding="utf-8")
        return target


def load_frozen(folder: Path) -> FrozenModel:
    """The model that was saved into the folder of a version. Raises ValueError where its content has another hash."""
    parts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    definition = Definition(**parts.pop("definition"))
    tables = {column: pq.read_table(folder / f"tf_{column}.parquet") for column in definition.term_frequency_columns}
    model = FrozenModel(definition=definition, term_frequencies=tables, **parts)
    if model.version != folder.name:
        raise ValueError(f"The model in {folder} was changed after it was frozen: its content is {model.version}.")
    return model


def shipped(definition: Definition) -> FrozenModel:
    """The frozen model that comes with the project, for a bank without pairs of its own to learn from.

    Raises FileNotFoundError where none was frozen of this very definition: a changed model file asks for a new one.
    """
    for folder in sorted(FROZEN.glob(f"{definition.name}-*")):
        model = load_frozen(folder)
        if model.definition == definition:
            return model
    raise FileNotFoundError(f"No model in {FROZEN} was frozen of {definition.name} as it is now: train and save one.")
