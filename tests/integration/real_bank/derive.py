"""Counts the public files with Python's own readers, so that expected.yml can be checked without the project's code.

`python -m tests.integration.real_bank.derive <data folder>` prints what each file holds.
"""

import bz2
import csv
import gzip
import io
import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from xml.etree import ElementTree

import yaml

Row = list[str]
XES = "{http://www.xes-standard.org/}"


def text_of(file: Path) -> str:
    """The file's text, unpacked, line ends as they are."""
    openers: dict[str, Callable[[Path], bytes]] = {
        ".gz": lambda path: gzip.decompress(path.read_bytes()),
        ".bz2": lambda path: bz2.decompress(path.read_bytes()),
        ".zip": _only_member,
    }
    return openers.get(file.suffix, Path.read_bytes)(file).decode()


def records_of(file: Path, delimiter: str = ",") -> list[Row]:
    """Every csv record of the file, its header included."""
    return list(csv.reader(io.StringIO(text_of(file), newline=""), delimiter=delimiter))


def _only_member(file: Path) -> bytes:
    with zipfile.ZipFile(file) as archive:
        (name,) = archive.namelist()
        return archive.read(name)


def whole(records: Iterable[Row]) -> list[Row]:
    """Records after the header that have all its fields."""
    header, *rows = records
    return [row for row in rows if len(row) == len(header)]


def berka(data: Path) -> dict[str, int]:
    """Numbers of the Czech bank."""
    folder = data / "berka_pkdd99"
    tables = ("account", "client", "disp", "card", "district", "loan", "order")
    found = {table: len(whole(records_of(folder / f"{table}.asc", ";"))) for table in tables}
    first = records_of(folder / "trans_1993-01-01_to_1994-03-31.asc.gz", ";")
    second = records_of(folder / "trans_feup_test_354_accounts.csv.gz", ";")
    both = whole(first) + whole(second)
    return found | {
        "first_part": len(first) - 1,
        "second_part": len(second) - 1,
        "transactions": len({row[0] for row in both}),
        "account_days": len({(row[1], row[2]) for row in both}),
        "women": sum(int(row[1][2:4]) > 50 for row in whole(records_of(folder / "client.asc", ";"))),
    }


def complaints(data: Path) -> dict[str, int]:
    """Numbers of the three extracts of complaints."""
    folder = data / "cfpb_complaints"
    summer = records_of(folder / "complaints_2013-08.csv.gz")
    autumn = records_of(folder / "complaints_2014_no_narratives.csv.gz")
    years = records_of(folder / "complaints_2013-2016.csv.gz")
    return {
        "summer": len(summer) - 1,
        "autumn": len(autumn) - 1,
        "autumn_whole": len(whole(autumn)),
        "years": len(years) - 1,
        "years_distinct": len(set(map(tuple, years[1:]))),
        "numbers": len({row[-1] for row in whole(summer)} | {row[0] for row in whole(autumn)}),
    }


def market(data: Path) -> dict[str, int]:
    """Numbers of rates, prices, instruments and series."""
    rates = whole(records_of(data / "ecb_fx_rates" / "eurofxref-hist.zip"))
    found = {"rates": len(rates), "rate_cells": sum(cell not in {"N/A", ""} for row in rates for cell in row[1:])}
    for name in ("sp500_dataset", "sp500_index", "factors_dataset"):
        rows = whole(records_of(data / "equity_prices_skfolio" / f"{name}.csv.gz"))
        found |= {name: len(rows), f"{name}_cells": sum(cell != "" for row in rows for cell in row[1:])}
    for name in ("etfs.bz2", "funds.bz2", "equities_six_swiss.csv"):
        found[name] = len({row[0] for row in whole(records_of(data / "financedatabase" / name))})
    for name in ("bond_yields_us10y/monthly", "gold_prices/monthly", "gold_prices/annual", "sp500_index/data"):
        found[name] = len(whole(records_of(data / f"{name}.csv")))
    shiller = whole(records_of(data / "sp500_index" / "data.csv"))
    return found | {"shiller_cells": sum(float(cell) != 0 for row in shiller for cell in row[1:])}


def lists(data: Path) -> dict[str, int]:
    """Numbers of the watch lists."""
    found = {name: len(records_of(data / "ofac_sdn_2019" / f"{name}.csv.gz")) for name in ("sdn", "alt", "add")}
    tree = ElementTree.fromstring(text_of(data / "un_sanctions_2026" / "UN_consolidated.xml.gz"))
    for kind in ("INDIVIDUAL", "ENTITY"):
        names = [one.findtext("ALIAS_NAME") or "" for one in tree.iter(f"{kind}_ALIAS")]
        found |= {kind: len(list(tree.iter(kind))), f"{kind}_ALIAS": len(names), f"{kind}_NAMED": sum(map(bool, names))}
    for name in ("legislators-current.yaml.gz", "executive.yaml"):
        found[name] = len(yaml.load(text_of(data / "pep_us_congress" / name), yaml.CSafeLoader))
    return found


def codes(data: Path) -> dict[str, int]:
    """Numbers of the reference codes."""
    currencies = whole(records_of(data / "reference_codes" / "currency-codes-all.csv"))
    in_use = [row[2] for row in currencies if row[2] and not row[5]]
    return {
        "countries": len({row[9] for row in whole(records_of(data / "reference_codes" / "country-codes.csv"))}),
        "cities": len({row[3] for row in whole(records_of(data / "reference_codes" / "world-cities.csv.gz"))}),
        "currency_lines": len(currencies),
        "currency_lines_in_use": len(in_use),
        "currencies": len(set(in_use)),
    }


def loan_events(data: Path) -> dict[str, int]:
    """Numbers of the event log."""
    cases, events = 0, 0
    with gzip.open(data / "bpic2012_loan_events" / "bpic2012.xes.gz") as log:
        for _, element in ElementTree.iterparse(log):
            cases += element.tag == f"{XES}trace"
            events += element.tag == f"{XES}event"
            if element.tag == f"{XES}trace":
                element.clear()
    return {"cases": cases, "events": events}


TOPICS = {topic.__name__: topic for topic in (berka, complaints, market, lists, codes, loan_events)}

if __name__ == "__main__":
    for name, topic in TOPICS.items():
        print(name, topic(Path(sys.argv[1])))
