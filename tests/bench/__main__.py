"""`python -m tests.bench [id ...]`: run benchmarks (all without an argument) and save what they measured."""

import importlib
import sys
from pathlib import Path

from tests.bench.figures import save

NOT_A_FIGURE = {"__init__", "__main__", "figures"}


def benchmark_ids() -> list[str]:
    """Names of the benchmarks: the modules of this folder; those starting with _ are shared parts."""
    names = {path.stem for path in Path(__file__).parent.glob("*.py")} - NOT_A_FIGURE
    return sorted(name for name in names if not name.startswith("_"))


def main(wanted: list[str]) -> None:
    """Run the wanted benchmarks one after the other; each one's figures are saved as soon as they are there."""
    unknown = sorted(set(wanted) - set(benchmark_ids()))
    if unknown:
        sys.exit(f"No benchmark {', '.join(unknown)}; there are {', '.join(benchmark_ids())}.")
    for name in wanted or benchmark_ids():
        print(f"{name} ...", flush=True)
        figures = importlib.import_module(f"tests.bench.{name}").measure()
        save(figures)
        for figure in figures:
            print(f"  {figure.id}: {figure.value} {figure.unit}, goal {figure.goal}, met: {figure.met}", flush=True)


if __name__ == "__main__":
    main([name for argument in sys.argv[1:] for name in argument.split(",") if name])
