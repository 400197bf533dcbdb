"""Which files of a source are there, up to a business date."""

import glob
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

from spark_jobs.catalog.models import ControlFile, Server

UNFINISHED = (".tmp", ".part", ".partial", ".crdownload")
PACKED = ".gz .bz2 .zip"
ENDINGS = frozenset(f"{PACKED} .parquet .csv .tsv .txt .asc .dat .json .jsonl .ndjson .xml .xes .yaml .yml".split())


class Folders(Protocol):
    """The settings that say where deliveries are."""

    @property
    def inbox(self) -> Path | None:
        """Folder of generated deliveries."""

    @property
    def data(self) -> Path | None:
        """Folder of public data."""


@dataclass(frozen=True)
class Arrival:
    """A file that is there: path, date it belongs to, and the number in the part of its name that a `*` stands for."""

    path: Path
    delivery_date: date
    number: int
    size_bytes: int
    modified_at: datetime
    is_dated: bool

    @property
    def place(self) -> tuple[date, int, str]:
        """Order in which files are landed."""
        return (self.delivery_date, self.number, self.path.name)


def stem(name: str) -> str:
    """A file's name without its known endings: `persons.jsonl.gz` -> `persons`."""
    path = Path(name)
    while path.suffix.lower() in ENDINGS:
        path = path.with_suffix("")
    return path.name


def control_path(data_file: Path, control: ControlFile) -> Path:
    """The control file beside a data file."""
    return data_file.with_name(control.path.replace("{stem}", stem(data_file.name)))


def discover(server: Server, folders: Folders, business_date: date, control: ControlFile | None) -> list[Arrival]:
    """Files of dates up to the business date, in order of date, number and name. Undated files belong to this date."""
    pattern = _located(server.path, folders)
    if pattern is None:
        return []
    shape = _shape(pattern)
    found = [Path(name) for name in glob.glob(pattern.replace("{date}", "????-??-??"))]  # noqa: PTH207
    controls = {control_path(path, control) for path in found} if control else set()
    arrivals = []
    for path in found:
        match = shape.fullmatch(str(path))
        if match and path.is_file() and path not in controls and not _is_unfinished(path):
            arrivals.append(_arrival(path, match, business_date))
    return sorted((one for one in arrivals if one.delivery_date <= business_date), key=lambda one: one.place)


def _is_unfinished(path: Path) -> bool:
    return path.name.startswith((".", "_")) or path.suffix.lower() in UNFINISHED


def _located(pattern: str, folders: Folders) -> str | None:
    for name in ("inbox", "data"):
        if "{" + name + "}" in pattern:
            folder = getattr(folders, name)
            if folder is None:
                return None
            pattern = pattern.replace("{" + name + "}", str(folder))
    return pattern


def _shape(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\{date\}|\*|\?)", pattern)
    known = {"*": "(?P<star{}>[^/]*)", "?": "[^/]", "{date}": r"(?P<date>\d{{4}}-\d\d-\d\d)"}
    shape, has_date = "", False
    for at, part in enumerate(parts):
        if part == "{date}" and has_date:
            shape += "(?P=date)"
        elif part in known:
            shape += known[part].format(at)
            has_date |= part == "{date}"
        else:
            shape += re.escape(part)
    return re.compile(shape)


def _arrival(path: Path, match: re.Match[str], business_date: date) -> Arrival:
    groups = match.groupdict()
    dated = groups.pop("date", None)
    numbers = re.findall(r"\d+", " ".join(value or "" for value in groups.values()))
    status = path.stat()
    return Arrival(
        path=path,
        delivery_date=_day(dated) or business_date,
        number=int(numbers[-1][-15:]) if numbers else 0,
        size_bytes=status.st_size,
        modified_at=datetime.fromtimestamp(status.st_mtime, UTC),
        is_dated=dated is not None,
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return date.max
