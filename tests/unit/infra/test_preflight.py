"""What is said on a machine that lacks something."""

import shutil
import socket
import sys

import pytest

from infra import preflight


def fake(folder, name, prints):
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\ncat <<'X'\n{prints}\nX\n")
    program.chmod(0o755)
    return program


def test_only_an_old_python_is_named_with_the_way_out(tmp_path, monkeypatch):
    fake(tmp_path, "python3", "/usr/bin/python3\n3.9")
    fake(tmp_path, "cat", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "cat").unlink()
    (tmp_path / "cat").symlink_to(shutil.which("cat", path="/usr/bin:/bin"))
    monkeypatch.delenv("PYTHON", raising=False)
    with pytest.raises(
        preflight.Problem, match=r"Python 3.11, 3.12 or 3.13 is needed, but only Python 3.9 was found: install"
    ):
        preflight.find_python()


def test_the_python_that_the_user_names_comes_first(monkeypatch):
    monkeypatch.setenv("PYTHON", sys.executable)
    assert preflight.find_python() == sys.executable


@pytest.mark.parametrize(("said", "version"), [('openjdk version "17.0.15"', 17), ('java version "1.8.0_402"', 8)])
def test_java_versions_old_and_new_are_read(tmp_path, said, version):
    fake(tmp_path / "bin", "java", said)
    assert preflight.java_version(str(tmp_path)) == version


def test_only_an_old_java_is_named_with_the_way_out(tmp_path, monkeypatch):
    fake(tmp_path / "bin", "java", 'openjdk version "11.0.2"')
    monkeypatch.setattr(preflight, "java_homes", lambda: [str(tmp_path)])
    with pytest.raises(preflight.Problem, match="Java 17 to 25 is needed, but only Java 11 was found: install"):
        preflight.find_java()


def test_a_fitting_java_is_found_behind_an_old_one(tmp_path, monkeypatch):
    fake(tmp_path / "old" / "bin", "java", 'openjdk version "11.0.2"')
    fake(tmp_path / "new" / "bin", "java", 'openjdk version "21.0.1"')
    monkeypatch.setattr(preflight, "java_homes", lambda: [str(tmp_path / "old"), str(tmp_path / "new")])
    assert preflight.find_java() == str(tmp_path / "new")


def test_too_little_memory_and_a_full_disk_are_said(tmp_path, monkeypatch):
    monkeypatch.setattr(preflight, "memory_gib", lambda: 3.5)
    with pytest.raises(preflight.Problem, match=r"3.5 GiB of memory is too little"):
        preflight.check_memory()
    monkeypatch.setattr(preflight, "DISK_GIB", 10**9)
    with pytest.raises(preflight.Problem, match=r"free on the disk of .* BELLWETHER_HOME"):
        preflight.check_disk(str(tmp_path / "not" / "there"))


def test_a_taken_port_is_said():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(preflight.Problem, match="is taken by another process: stop it, or set BELLWETHER_X"):
            preflight.check_port(taken.getsockname()[1], "BELLWETHER_X")


def test_this_machine_is_fit(tmp_path):
    chosen, problems, _ = preflight.check(str(tmp_path))
    assert problems == []
    assert len(chosen) == 2
