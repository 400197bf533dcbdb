"""Inputs of benchmarks: `python -m infra.demo_bank.bench --postings 10000000 --customers 100000 --inbox DIR`."""

import argparse
from pathlib import Path

from infra.demo_bank.bank import generate
from infra.demo_bank.options import Options

MASTER_DATA = ("crm", "adviser_book", "product_catalogue", "fx")


def posting_bank(inbox: Path, customers: int, postings: int, days: int = 2, seed: int = 1) -> dict[str, int]:
    """Write core banking and its master data; rows by source.

    About `postings` come in the first delivery and 1 % a date after; no defects are planted.
    """
    each = max(1, round(postings / customers))
    only = ("core_banking", *MASTER_DATA)
    return generate(
        Options(inbox, days=days, customers=customers, seed=seed, postings=each, defect_rate=0.0, only=only)
    )


def main() -> None:
    """Write and say how many rows."""
    parser = argparse.ArgumentParser("python -m infra.demo_bank.bench")
    parser.add_argument("--inbox", type=Path, required=True)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--postings", type=int, default=10_000_000)
    parser.add_argument("--days", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    for source, count in sorted(posting_bank(**vars(parser.parse_args())).items()):
        print(f"{source:40}{count:>14,}")


if __name__ == "__main__":
    main()
