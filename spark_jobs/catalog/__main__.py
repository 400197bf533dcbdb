"""`python -m spark_jobs.catalog [root]`: check every definition and print what is wrong."""

import sys
from pathlib import Path

from spark_jobs.catalog.loading import SPARK_JOBS, load_catalog
from spark_jobs.catalog.problems import DefinitionErrors


def main(arguments: list[str]) -> int:
    """0 when every definition is valid, 1 after printing every problem."""
    root = Path(arguments[0]) if arguments else SPARK_JOBS
    if not (root / "entities").is_dir():
        print(f"{root} holds no entities/ folder — name the folder that holds sources/ and entities/", file=sys.stderr)
        return 2
    try:
        catalog = load_catalog(root)
    except DefinitionErrors as errors:
        print(errors)
        return 1
    print(f"{len(catalog.sources)} sources, {len(catalog.entities)} entities: valid")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
