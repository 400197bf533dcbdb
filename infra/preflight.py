"""Whether this machine can run the platform; runs under any Python from 3.6, so it uses nothing newer.

Each problem is one sentence that ends with the way out.
"""

import glob
import os
import re
import shutil
import socket
import subprocess

PYTHONS = ((3, 11), (3, 12), (3, 13))
JAVAS = (17, 25)
MEMORY_GIB = 7
DISK_GIB = 6


class Problem(Exception):
    """Something that is missing."""


def output(command: list) -> str:
    """What a program prints on both channels; empty when it cannot run."""
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout if done.returncode == 0 else ""


def find_python() -> str:
    """Path of an interpreter of a fitting version."""
    seen = []
    names = [os.environ["PYTHON"]] if os.environ.get("PYTHON") else []
    names += ["python3.%d" % minor for _, minor in reversed(PYTHONS)] + ["python3", "python"]
    for name in names:
        script = "import sys; print(sys.executable); print('%d.%d' % sys.version_info[:2])"
        lines = output([name, "-c", script]).split("\n")
        if len(lines) < 2:
            continue
        if tuple(int(part) for part in lines[1].split(".")) in PYTHONS:
            return lines[0]
        seen.append(lines[1])
    found = "only Python %s was found" % ", ".join(sorted(set(seen))) if seen else "no Python was found"
    raise Problem("Python 3.11, 3.12 or 3.13 is needed, but %s: install one, or name it with PYTHON=/path." % found)


def java_version(home: str) -> "int | None":
    """Major version of the Java in this folder; None when there is none."""
    match = re.search(r'version "(?:1\.)?(\d+)', output([os.path.join(home, "bin", "java"), "-version"]))
    return int(match.group(1)) if match else None


def java_homes() -> list:
    """Folders in which Java may be, the user's choice first."""
    homes = [os.environ["JAVA_HOME"]] if os.environ.get("JAVA_HOME") else []
    on_path = shutil.which("java")
    if on_path:
        homes.append(os.path.dirname(os.path.dirname(os.path.realpath(on_path))))
    for pattern in (
        "/usr/lib/jvm/*", "/Library/Java/JavaVirtualMachines/*/Contents/Home", "/opt/homebrew/opt/openjdk*",
        "/usr/local/opt/openjdk*", os.path.expanduser("~/.sdkman/candidates/java/*"),
    ):  # fmt: skip
        homes += sorted(glob.glob(pattern))
    return homes


def find_java() -> str:
    """JAVA_HOME of a Java of a fitting version."""
    seen = []
    for home in java_homes():
        version = java_version(home)
        if version is not None and JAVAS[0] <= version <= JAVAS[1]:
            return home
        if version is not None:
            seen.append(version)
    found = "only Java %s was found" % ", ".join(str(one) for one in sorted(set(seen))) if seen else "none was found"
    raise Problem("Java 17 to 25 is needed, but %s: install one (such as OpenJDK 17), or set JAVA_HOME to it." % found)


def memory_gib() -> "float | None":
    """Memory of the machine, or of the container when that has less; None when it cannot be told."""
    found = []
    try:
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (OSError, ValueError):
        sizes = output(["sysctl", "-n", "hw.memsize"]).strip()
        found += [int(sizes)] if sizes.isdigit() else []
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            with open(name) as file:
                text = file.read().strip()
            found += [int(text)] if text.isdigit() else []
        except OSError:
            pass
    return min(found) / 2.0**30 if found else None


def check_memory() -> None:
    """Raise Problem when the machine has too little memory for the smallest heap."""
    gib = memory_gib()
    if gib is not None and gib < MEMORY_GIB:
        raise Problem(
            "%.1f GiB of memory is too little, %d GiB is needed: use a larger machine, or give the container more."
            % (gib, MEMORY_GIB)
        )


def check_disk(folder: str) -> None:
    """Raise Problem when the disk of a folder is too full."""
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder) or "."
    gib = shutil.disk_usage(folder).free / 2.0**30
    if gib < DISK_GIB:
        raise Problem(
            "Only %.1f GiB is free on the disk of %s, %d GiB is needed: free some, or set BELLWETHER_HOME to a folder "
            "on another disk." % (gib, os.path.abspath(folder), DISK_GIB)
        )


def check_port(port: int, setting: str) -> None:
    """Raise Problem when somebody else listens on a port."""
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", port))
    except OSError:
        raise Problem("Port %d is taken by another process: stop it, or set %s to a free port." % (port, setting))
    finally:
        probe.close()


def taken_ports(home: str) -> list:
    """Ports of the lakehouse process that are taken, unless that process may be the one that has them."""
    if os.path.exists(os.path.join(home, "lakehouse", "lakehouse.pid")):
        return []
    problems = []
    for setting, default in (("BELLWETHER_CONNECT_PORT", 15002), ("BELLWETHER_THRIFT_PORT", 10000)):
        try:
            check_port(int(os.environ.get(setting) or default), setting)
        except Problem as problem:
            problems.append(str(problem))
    return problems


def check(folder: str) -> tuple:
    """The chosen Python and Java, and every problem of this machine."""
    home = os.environ.get("BELLWETHER_HOME") or os.path.join(folder, ".lakehouse")
    chosen, problems = [], []
    for look in (find_python, find_java, check_memory, lambda: check_disk(folder), lambda: check_disk(home)):
        try:
            chosen.append(look())
        except Problem as problem:
            problems.append(str(problem))
    return chosen[:2], sorted(set(problems), key=problems.index), home
