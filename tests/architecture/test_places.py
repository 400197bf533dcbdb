"""Nothing in the project names a place of one machine, or where packages are fetched from."""

import re
import tempfile
from collections.abc import Iterator

from tests.architecture.tree import PROJECT, project_files, text_of, told

MACHINE_PATH = re.compile(r"(?<![\w.{}*/~-])(?:/(?:home|Users|root)/[\w.-]+|[A-Z]:\\\\?(?:Users|home)\b)")
REGISTRY = re.compile(
    r"\b(?:pypi\.org|pythonhosted\.org|repo1?\.maven\.[a-z.]+|registry(?:-1)?\.(?:npmjs|docker)\.[a-z]+|docker\.io|ghcr\.io|quay\.io)\b"
)
LOCK, LOCK_HOSTS = "uv.lock", {"pypi.org", "files.pythonhosted.org"}
LOCAL_HOST = re.compile(
    r"\b(?:10|192\.168)\.\d{1,3}\.\d{1,3}(?:\.\d{1,3})?\b|\b[\w-]+\.(?:internal|corp|lan|intranet)\b"
)
CHECKOUT = re.compile(r"(?<![\w.}*~-])" + re.escape(f"{PROJECT.parent}/") + r"\w")
"""Where this very checkout lies; in a temporary folder or at the root that says nothing."""
THIS_FILE = "tests/architecture/test_places.py"


def place_violations(name: str, text: str) -> Iterator[str]:
    is_telling = str(PROJECT.parent) not in {"/", tempfile.gettempdir()}
    patterns = (MACHINE_PATH, REGISTRY, LOCAL_HOST, *([CHECKOUT] if is_telling else []))
    for number, line in enumerate(text.splitlines(), 1):
        for pattern in patterns:
            for match in pattern.finditer(line):
                yield f"{name}:{number}: {match[0]}"


def test_no_file_names_a_place_of_one_machine_or_a_registry():
    names = [name for name in project_files() if name not in (LOCK, THIS_FILE)]
    assert len(names) > 50
    violations = [one for name in names for one in place_violations(name, text_of(name))]
    assert not violations, told(violations)


def test_the_lock_file_names_public_hosts_only():
    hosts = set(re.findall(r"https?://([^/\"]+)", text_of(LOCK)))
    assert hosts == LOCK_HOSTS


def test_each_kind_of_place_is_found():
    places = [
        "'/home/me/x'",
        'a = "/root/data"',
        r"C:\Users\me",
        "https://pypi.org/simple",
        "192.168.1.7",
        "x.internal",
    ]
    assert all(list(place_violations("x", one)) for one in places)
    assert not list(place_violations("x", "{inbox}/home/x ~/opt/x https://example.org/home/x 127.0.0.1 tests/work/x"))
