"""Which code makes records and compares them: another one may give other values of the same rows, and other edges."""

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from spark_jobs.identity.matching.definition import load_definition
from spark_jobs.identity.matching.table import record_schema

HERE = Path(__file__).parent
LIBRARIES = ("anyascii", "phonenumbers", "pypinyin")
COMPARING = ("comparisons.py", "crowds.py", "edges.py", "pairs.py", "scoring.py")
"""Files that find, compare and score pairs; Splink does it for them."""


@cache
def normalisation_version() -> str:
    """12 hex digits over the files and libraries that make records of rows, and over the columns of a record."""
    files = [*sorted((HERE / "normalise").glob("*.*")), HERE / "records.py", HERE / "record_values.py"]
    return _digest(files, LIBRARIES, str(record_schema(load_definition("bank"))))


@cache
def matching_version() -> str:
    """12 hex digits over what makes records and over the files and libraries that make edges of them."""
    return _digest([HERE / name for name in COMPARING], ("splink",), normalisation_version())


def _digest(files: Iterable[Path], libraries: Iterable[str], text: str) -> str:
    parts = [file.name.encode() + b"\n" + file.read_bytes() for file in files]
    parts += [f"{name} {version(name)}".encode() for name in libraries]
    parts.append(text.encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]
