"""Late files: they wait aside until the business date on which they arrive."""

import shutil
from datetime import date
from pathlib import Path

PENDING = ".pending"


def pending_folder(inbox: Path, arrival: date) -> Path:
    """Where files wait that arrive on this date."""
    return inbox / PENDING / arrival.isoformat()


def release_arrivals(inbox: Path, business_date: date) -> list[Path]:
    """Move every file that has arrived by this date to its place in the inbox; the places, sorted."""
    moved: list[Path] = []
    for folder in sorted((inbox / PENDING).glob("*")):
        if folder.name > business_date.isoformat():
            continue
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            place = inbox / file.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            moved.append(Path(shutil.move(file, place)))
        shutil.rmtree(folder)
    return moved
