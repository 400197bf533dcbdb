"""What is wrong with definitions, told together, each with its place and the way out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in one place of one definition file."""

    file: Path
    line: int
    column: int
    rule: str
    message: str
    way_out: str = ""

    def __str__(self) -> str:
        place = f"{_shown(self.file)}:{self.line}:{self.column}"
        return f"{place} {self.rule}: {self.message}" + (f" — {self.way_out}" if self.way_out else "")


class DefinitionErrors(Exception):  # noqa: N818 - it holds many
    """Every problem of every definition file, in order of file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"{count} problem{'' if count == 1 else 's'} in the definitions:"
        return "\n".join([head, *map(str, self.problems)])


def did_you_mean(name: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """`did you mean x?` for the closest known name, else `otherwise`, else the list of what is known."""
    names = list(known)
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]}?"
    return otherwise if otherwise is not None else f"known: {listed(names)}"


def listed(names: Sequence[str], limit: int = 12) -> str:
    """The names parted by commas, cut after `limit`."""
    shown = ", ".join(names[:limit])
    return f"{shown}, ..." if len(names) > limit else shown or "none"


def _shown(file: Path) -> Path:
    working_folder = Path.cwd()
    return file.relative_to(working_folder) if file.is_relative_to(working_folder) else file
