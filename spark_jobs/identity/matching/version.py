"""Which code makes records: another one gives other values of the same source rows."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from spark_jobs.identity.matching.definition import load_definition
from spark_jobs.identity.matching.table import record_schema

HERE = Path(__file__).parent
LIBRARIES = ("anyascii", "phonenumbers", "pypinyin")


@cache
def normalisation_version() -> str:
    """12 hex digits over the files and libraries that make records of rows, and over the columns of a record."""
    files = [*sorted((HERE / "normalise").glob("*.*")), HERE / "records.py", HERE / "record_values.py"]
    parts = [file.name.encode() + b"\n" + file.read_bytes() for file in files]
    parts += [f"{name} {version(name)}".encode() for name in LIBRARIES]
    parts.append(str(record_schema(load_definition("bank"))).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]
