"""Everything about households and related parties of a business date."""

import pyarrow as pa

from spark_jobs.identity.households.control import control_chains
from spark_jobs.identity.households.facts import Delivered, facts_of
from spark_jobs.identity.households.formation import households
from spark_jobs.identity.households.numbering import Previous
from spark_jobs.identity.households.related import related_parties
from spark_jobs.identity.households.rules import Rules
from spark_jobs.identity.households.tables import CONTROL_CHAINS, RELATED_PARTIES


def households_of_day(delivered: Delivered, rules: Rules, previous: Previous | None = None) -> dict[str, pa.Table]:
    """The tables of TABLES by name, a function of what was delivered, the rules and yesterday's households."""
    facts = facts_of(delivered, rules)
    chains = control_chains(facts, rules.beneficial_owners)
    formed = households(facts, rules, previous or Previous())
    return formed | chains | {RELATED_PARTIES: related_parties(facts, chains[CONTROL_CHAINS], rules)}
