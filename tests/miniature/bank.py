"""A miniature bank with one lakehouse folder: deliver, land, and read what became of it, without Spark."""

from datetime import date

import pyarrow.dataset as ds
from deltalake import DeltaTable

from spark_jobs.catalog.loading import load_catalog
from spark_jobs.catalog.names import bronze_table, table_path
from spark_jobs.landing import land_system
from spark_jobs.ledger import Ledger
from spark_jobs.settings import load_settings
from tests.miniature import CATALOG_ROOT, deliveries
from tests.miniature.deliveries import posting

MONDAY, TUESDAY, WEDNESDAY = date(2026, 6, 1), date(2026, 6, 2), date(2026, 6, 3)


class Bank:
    """The miniature bank with one lakehouse folder."""

    def __init__(self, home):
        self.settings = load_settings(home=home, catalog_root=CATALOG_ROOT)
        self.inbox = self.settings.inbox
        self.catalog = load_catalog(CATALOG_ROOT)
        self.ledger = Ledger(home)

    def land(self, day=MONDAY, system="bank", source="bank/postings"):
        results = land_system(self.catalog, self.settings, system, day, f"run {day}")
        return next(one for one in results if one.source == source)

    def postings(self, day=MONDAY, *ids, name="postings.csv", **changed):
        return deliveries.write_postings(self.inbox, str(day), [posting(one, **changed) for one in ids], name)

    def bronze(self, source="bank/postings"):
        table = DeltaTable(str(table_path(self.settings.home, bronze_table(source))))
        parts = [path.removeprefix("file://") for path in table.file_uris()]
        return ds.dataset(parts).to_table().sort_by([("_delivery_date", "ascending"), ("_row_number", "ascending")])

    def ids(self):
        return self.bronze()["posting_id"].to_pylist()

    def states(self, source="bank/postings"):
        return [(one.delivery_date.day, one.file_name, one.state) for one in self.ledger.deliveries(source)]

    def quarantine(self):
        rows = self.ledger.store.read("quarantine.landing_rows").to_pylist()
        return [(row["rule"], row["row_number"], row["raw"]) for row in rows]
