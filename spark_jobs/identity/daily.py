"""Identity in the daily run: what silver knows goes into the ledger, what the ledger says into tables for readers."""

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.identity.attributes import attribute_values
from spark_jobs.identity.changes import Matching
from spark_jobs.identity.contents import content_hashes
from spark_jobs.identity.current import current_tables, rewrite
from spark_jobs.identity.day import Outcome, run_day
from spark_jobs.identity.households.daily import household_tables
from spark_jobs.identity.inputs import Day
from spark_jobs.identity.journal import Journal
from spark_jobs.identity.kept import known_records
from spark_jobs.identity.matching.backends import Opening, in_duckdb
from spark_jobs.identity.matching.crowds import without_crowds
from spark_jobs.identity.matching.definition import load_definition
from spark_jobs.identity.matching.frozen import shipped
from spark_jobs.identity.matching.records import tables_of_records
from spark_jobs.identity.matching.scoring import match, match_new
from spark_jobs.identity.matching.spark_backend import in_spark
from spark_jobs.identity.matching.version import matching_version
from spark_jobs.identity.policy import Policy
from spark_jobs.identity.quality import quality_table
from spark_jobs.identity.remembered import Remembered
from spark_jobs.identity.silver import is_built
from spark_jobs.identity.stakes import amounts_at_stake
from spark_jobs.identity.stewards import decisions_until, labels_until
from spark_jobs.identity.survivorship import load_rules
from spark_jobs.identity.tables import EDGES, MEMBERSHIPS, RECORDS, REDIRECTS
from spark_jobs.ledger import Store
from spark_jobs.settings import Settings
from spark_jobs.token_key import token_key

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

MODEL = "bank"


def resolve_customers(settings: Settings, business_date: date, spark: "SparkSession | None" = None) -> Outcome | None:
    """Bring the identity ledger and the tables made of it to a business date; None where silver knows no parties.

    Records are compared where `matching_backend` says, for which Spark needs a session; all else is done without Spark.

    Run again with the same inputs it changes nothing; stopped half-way, it goes on. An earlier date than the last one
    takes back the steps of that date and later: the later dates are to be run again, as `make run` and `make withdraw`
    do. Raises RepeatedRecordError, SurvivorshipError, and ValueError where a session is wanted and there is none.
    """
    if not is_built(settings.home, "silver.parties"):
        return None
    store, policy, matching = Store(settings.home), bank_policy(), frozen_matching(chosen_backend(settings, spark))
    tables = Remembered(store)
    journal = Journal(tables)
    day = read_day(settings, business_date)
    take_back(journal, business_date)
    outcome = run_day(journal, day, matching, policy)
    tables.forget(EDGES)
    rows = current_tables(journal, journal.standing(RECORDS, MEMBERSHIPS, REDIRECTS))
    rows |= household_tables(settings.home, store, rows, business_date)
    labels = labels_until(settings.home, business_date)
    rewrite(store, rows | quality_table(journal, rows, labels, business_date))
    return outcome


def read_day(settings: Settings, business_date: date) -> Day:
    """What silver knows on a business date: nothing delivered or decided after it counts, to no crowd either."""
    home, rules = settings.home, load_rules()
    tables = tables_of_records(home)
    hashes = content_hashes(tables, rules, token_key(settings).hex())
    known = _until(business_date, known_records(Store(home), tables, hashes))
    known = without_crowds(known, load_definition(MODEL))
    values = partial(attribute_values, tables["silver.parties"], tables["silver.party_contacts"], rules)
    stakes = amounts_at_stake(home, known, business_date, settings.base_currency)
    return Day(business_date, known, decisions_until(home, business_date), stakes, values)


def _until(business_date: date, records: pa.Table) -> pa.Table:
    is_known = pc.less_equal(records["first_delivery_date"], business_date)
    return records if pc.all(is_known).as_py() else records.filter(is_known)


def take_back(journal: Journal, business_date: date) -> None:
    """Rewind the ledger when it stands at a later date: that date is restated, and those after it."""
    line = journal.line()
    if line and line[-1]["business_date"] > business_date:
        journal.rewind(business_date)


def bank_policy() -> Policy:
    """The policy that the bank's model declares: it caps a contradicted pair below where pairs merge."""
    return Policy.of_model(load_definition(MODEL).thresholds.merge)


def chosen_backend(settings: Settings, spark: "SparkSession | None" = None) -> Opening:
    """What opens the backend of these settings. Raises ValueError where it is Spark and there is no session."""
    if settings.matching_backend == "duckdb":
        return in_duckdb
    if spark is None:
        raise ValueError("BELLWETHER_MATCHING_BACKEND is spark: matching needs a session of Spark.")
    return partial(in_spark, spark)


def frozen_matching(opening: Opening = in_duckdb) -> Matching:
    """The matching by the shipped model of the bank; other code that makes or compares records is as another model.

    Backends give the same edges: a bank that changes its backend compares nothing again.
    """
    model = shipped(load_definition(MODEL))

    def within(records: pa.Table) -> pa.Table:
        return match(records, model, opening)

    def across(new_records: pa.Table, standing_records: pa.Table) -> pa.Table:
        return match_new(new_records, standing_records, model, opening)

    return Matching(within, across, f"{model.version}+{matching_version()}")
