"""The file of a new tag family: complete, valid, and to be made one's own."""

import re
from pathlib import Path

from dbt_project.tags.loading import DEFINITIONS
from dbt_project.tags.reading import NAME

TEXT = """\
description: What the family says about a customer, in one sentence.
owner: wealth-analytics
steward: data-governance
sensitivity: internal
lifecycle: draft
value_type: boolean
over:
  level: {{10k: 10000, 100k: 100000}}
expression: total_asset_amount >= {{level}}
name: {title} of {{level}} or more
sentence: Total assets are {{level}} or more in the base currency.
examples:
  - given: {{total_asset_amount: 50000}}
    expect: {{{family}_10k: true, {family}_100k: false}}
  - given: {{}}
    expect: {{{family}_10k: null}}
"""


def write_family(path: str, root: Path = DEFINITIONS) -> Path:
    """Write `<domain>/<family>.yml` below the definitions, as a draft; returns the file. Raises ValueError."""
    if not re.fullmatch(rf"{NAME.pattern}/{NAME.pattern}", path):
        raise ValueError(f"{path!r} is not <domain>/<family> in small letters: try NAME=assets/idle_cash")
    file = root / f"{path}.yml"
    if file.exists():
        raise ValueError(f"{file} is there already.")
    file.parent.mkdir(parents=True, exist_ok=True)
    title = file.stem.replace("_", " ").capitalize()
    file.write_text(TEXT.format(family=file.stem, title=title), encoding="utf-8")
    return file
