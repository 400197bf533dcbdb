"""From a bare machine to a ready one: check it, make the Python environment from the lock, fetch the jars.

Runs under any Python from 3.6. What is there already is left alone, so that a second run takes no time.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time

import preflight

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
UV_LOCK = os.path.join(PROJECT, "infra", "uv.txt")
ENVIRONMENT = os.path.join(PROJECT, ".venv")


def main() -> None:
    """Do all of it; end with the problems, if there are any."""
    found, problems, home = preflight.check(PROJECT)
    if {"demo", "up"} & set(sys.argv[1:]):
        problems += preflight.taken_ports(home)
    if problems:
        sys.exit("\n".join("error: " + problem for problem in problems))
    python = found[0]
    stamp = os.path.join(ENVIRONMENT, ".made-from")
    wanted = digest(os.path.join(PROJECT, "uv.lock"), os.path.join(PROJECT, "pyproject.toml"))
    if read(stamp) != wanted or not os.path.exists(interpreter()):
        make_environment(python)
        with open(stamp, "w") as file:
            file.write(wanted)
    run([interpreter(), "-m", "infra.jars"], "The jars could not be fetched; the lines above say why.")


def make_environment(python: str) -> None:
    """Make .venv from uv.lock, whose hashes are checked."""
    uv = bootstrap_uv(python)
    say("Making the Python environment from uv.lock (about 2 GB, some minutes the first time) ...")
    began = time.time()
    environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never", UV_PROJECT_ENVIRONMENT=ENVIRONMENT)
    environment.pop("VIRTUAL_ENV", None)
    command = [uv, "sync", "--frozen", "--python", python]
    run(command, "The environment could not be made: is the package registry reachable?", environment)
    say("Environment made in %.0f s." % (time.time() - began))


def bootstrap_uv(python: str) -> str:
    """Path of uv, installed through pip into a folder of its own, named after the hash of its lock."""
    folder = os.path.join(PROJECT, ".cache", "uv-" + digest(UV_LOCK)[:12])
    uv = os.path.join(folder, "bin", "uv")
    if os.path.exists(uv):
        return uv
    say("Fetching uv through pip ...")
    if not preflight.output([python, "-m", "pip", "--version"]):
        sys.exit(
            "error: %s has no pip, which is needed once to fetch uv: install it (on Debian and Ubuntu the package "
            "python3-pip) and run make again." % python
        )
    partial = folder + ".partial-%d" % os.getpid()
    command = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--require-hashes",
    ]
    command += ["--target", partial, "-r", UV_LOCK]
    quiet = dict(os.environ, PIP_ROOT_USER_ACTION="ignore")
    run(command, "uv could not be fetched: is the package registry reachable?", quiet)
    shutil.rmtree(folder, ignore_errors=True)
    os.rename(partial, folder)
    return uv


def interpreter() -> str:
    """Path of the environment's Python."""
    return os.path.join(ENVIRONMENT, "bin", "python")


def digest(*files: str) -> str:
    """Hash of the content of files."""
    found = hashlib.sha256()
    for name in files:
        with open(name, "rb") as file:
            found.update(file.read())
    return found.hexdigest()


def read(name: str) -> str:
    """Content of a small file; empty when there is none."""
    if not os.path.exists(name):
        return ""
    with open(name) as file:
        return file.read()


def run(command: list, problem: str, environment: "dict | None" = None) -> None:
    """Run a command that shows its own progress; end with the problem when it fails."""
    if subprocess.call(command, cwd=PROJECT, env=environment) != 0:
        sys.exit("error: " + problem)


def say(text: str) -> None:
    """Show progress at once."""
    print(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
