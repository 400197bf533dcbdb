"""The files of the project, as the architecture tests read them."""

import subprocess
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@cache
def project_files() -> tuple[str, ...]:
    """Paths of every file that is, or is about to be, committed; relative to the project, sorted."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return tuple(sorted(name for name in set(listing.stdout.splitlines()) if (PROJECT / name).is_file()))


def files_of(*endings: str, under: str = "") -> list[str]:
    """Those that end so and lie in this folder."""
    return [name for name in project_files() if name.endswith(endings) and name.startswith(under)]


@cache
def text_of(name: str) -> str:
    """The file's text; empty for what is no text."""
    try:
        return (PROJECT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def told(violations: list[str]) -> str:
    """All violations, one a line, as the message of an assertion."""
    return f"{len(violations)} violations:\n" + "\n".join(violations)
