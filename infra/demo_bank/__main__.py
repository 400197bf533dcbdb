"""Command line: `python -m infra.demo_bank --customers 2000 --from 2026-06-01 --days 3 --inbox DIR --seed 1`."""

import argparse
from datetime import date
from pathlib import Path

from infra.demo_bank.bank import generate
from infra.demo_bank.options import Options


def arguments() -> argparse.ArgumentParser:
    """The command line's own description."""
    default = Options(Path("inbox"))
    parser = argparse.ArgumentParser(
        "python -m infra.demo_bank", description="Make a coherent private bank, seeded and of any size."
    )
    parser.add_argument("--inbox", type=Path, required=True, help="folder that gets <system>/<date>/<file>")
    parser.add_argument("--customers", type=int, default=default.customers)
    parser.add_argument(
        "--from", dest="first_date", type=date.fromisoformat, default=default.first_date, metavar="YYYY-MM-DD"
    )
    parser.add_argument("--days", type=int, default=default.days, help="business dates")
    parser.add_argument("--history-days", type=int, default=default.history_days)
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--environment", choices=("demo", "real"), default=default.environment)
    parser.add_argument("--data", type=Path, help="folder of public data, for the real environment")
    parser.add_argument(
        "--defect-rate", type=float, default=default.defect_rate, help="share of rows with a planted defect"
    )
    parser.add_argument("--no-defects", dest="defect_rate", action="store_const", const=0.0)
    parser.add_argument("--postings", type=int, default=default.postings, help="postings a customer over the history")
    parser.add_argument(
        "--activity", type=float, default=default.activity, help="factor on events, contacts and surveys"
    )
    parser.add_argument("--only", type=lambda text: tuple(text.split(",")), default=(), help="systems, comma-separated")
    parser.add_argument("--daily-share", type=float, default=default.daily_share, help="a further date's postings")
    parser.add_argument("--block-size", type=int, default=default.block_size, help="customers in memory at a time")
    return parser


def main() -> None:
    """Generate and say what was made."""
    rows = generate(Options(**vars(arguments().parse_args())))
    for source, count in sorted(rows.items()):
        print(f"{source:40}{count:>14,}")
    print(f"{'rows in all':40}{sum(rows.values()):>14,}")


if __name__ == "__main__":
    main()
