"""What makes a household and a beneficial owner, as declared in households.yml."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from spark_jobs.catalog.documents import read_document

DECLARED = Path(__file__).with_name("households.yml")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bond(_Part):
    """One reason for two people to be in one household; what it does is its `part`."""

    name: str
    part: Literal["couple", "dependant", "joiner"]
    relation: Literal["spouse", "child", "sibling"] | None = None
    same: Literal["address", "family_name", "account"] | None = None
    age: Literal["minor", "adult"] | None = None
    needs_shared_address: bool = False
    also_belongs: bool = False

    @model_validator(mode="after")
    def _has_one_reason(self) -> Self:
        if (self.relation is None) == (self.same is None):
            raise ValueError(f"bond {self.name}: exactly one of relation and same")
        if self.same == "family_name" and not self.needs_shared_address:
            raise ValueError(f"bond {self.name}: a family name alone binds nobody, it needs a shared address")
        return self


class BeneficialOwners(_Part):
    """From which share on a person is a beneficial owner; shares from 0 to 1."""

    ownership_above: float = Field(ge=0, le=1)
    control_above: float = Field(ge=0.5, le=1)
    controlled_holding_above: float = Field(ge=0, le=1)
    is_inclusive: bool
    fallback: Literal["director"]
    longest_path: int = Field(ge=1)
    shown_paths: int = Field(ge=1)


class Rules(_Part):
    """All rules of the package."""

    bonds: tuple[Bond, ...]
    adult_from_age: int = Field(ge=0)
    largest_household: int = Field(ge=2)
    crowded_address_above: int = Field(ge=2)
    owning_roles: tuple[str, ...]
    signing_roles: tuple[str, ...]
    beneficial_owners: BeneficialOwners

    def of_part(self, *parts: str) -> tuple[Bond, ...]:
        """The bonds that do this."""
        return tuple(one for one in self.bonds if one.part in parts)


def load_rules(file: Path = DECLARED) -> Rules:
    """The declared rules. Raises pydantic.ValidationError (a ValueError) with every mistake in the file."""
    return Rules.model_validate(read_document(file).data)
