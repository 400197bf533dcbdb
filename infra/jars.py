"""The jars that Spark needs beside its own: resolved once into a git-ignored folder, checked byte for byte."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from infra.preflight import find_java

PROJECT = Path(__file__).resolve().parent.parent
LOCK = PROJECT / "infra" / "jars.lock.yml"


class JarError(RuntimeError):
    """Jars that are missing or are not what the lock file says."""


def spark_home() -> Path:
    """Folder of the installed pyspark."""
    spec = importlib.util.find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise JarError("pyspark is not installed: run `make` targets, which make the environment first.")
    return Path(spec.origin).parent


def folder() -> Path:
    """Folder of the jars, named after the hash of infra/jars.lock.yml."""
    if os.environ.get("BELLWETHER_JARS"):
        return Path(os.environ["BELLWETHER_JARS"])
    return PROJECT / ".cache" / f"jars-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"


def paths() -> list[Path]:
    """The jars in order of name. Raises JarError when one is missing."""
    expected = [folder() / name for name in sorted(_lock()["jars"])]
    missing = [path.name for path in expected if not path.exists()]
    if missing:
        raise JarError(f"{len(missing)} jar(s) are missing, such as {missing[0]}: run `python -m infra.jars`.")
    return expected


def fetch() -> Path:
    """Resolve, check and keep the jars; does nothing when they are there. Returns their folder."""
    target = folder()
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    print("Fetching Spark's Delta and PostgreSQL jars (about 15 MB kept) ...", flush=True)
    with tempfile.TemporaryDirectory(prefix="jars-", dir=target.parent) as work:
        found = _resolve(Path(work))
        kept = Path(work) / "kept"
        kept.mkdir()
        for name, expected in _lock()["jars"].items():
            _keep(found / name, kept / name, expected)
        try:
            kept.rename(target)
        except OSError:
            if not target.exists():
                raise
    return target


def _lock() -> dict[str, dict[str, str]]:
    return yaml.safe_load(LOCK.read_text(encoding="utf-8"))


def _keep(source: Path, target: Path, expected: str) -> None:
    if not source.exists():
        raise JarError(f"{source.name} was not delivered by the package repository; check {LOCK.name}.")
    actual = hashlib.sha256(source.read_bytes()).hexdigest()
    if actual != expected:
        raise JarError(f"{source.name} has checksum {actual}, but {LOCK.name} says {expected}; it is not used.")
    shutil.copyfile(source, target)


def _resolve(work: Path) -> Path:
    empty = work / "nothing.py"
    empty.write_text("", encoding="utf-8")
    home = spark_home()
    command = [
        str(home / "bin" / "spark-submit"), "--master", "local[1]",
        "--packages", ",".join(_lock()["packages"]), "--exclude-packages", ",".join(_lock().get("exclude", [])),
        "--conf", f"spark.jars.ivy={work / 'ivy'}", "--conf", "spark.ui.enabled=false", str(empty),
    ]  # fmt: skip
    environment = {**os.environ, "SPARK_HOME": str(home), "PYSPARK_PYTHON": sys.executable, "JAVA_HOME": find_java()}
    environment.pop("SPARK_REMOTE", None)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise JarError(f"The jars could not be fetched; is the package repository reachable?\n{tail}")
    return work / "ivy" / "jars"


if __name__ == "__main__":
    try:
        fetch()
    except JarError as error:
        sys.exit(f"error: {error}")
