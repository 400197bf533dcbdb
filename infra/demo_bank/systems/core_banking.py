"""Core banking: accounts, who may use them, balances and postings."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from infra.demo_bank import postings
from infra.demo_bank.accounts import STATUSES, TYPES, account_ids, ibans
from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.draw import days, ids, joined, moments, money, pick, scaled, texts, words
from infra.demo_bank.market import CURRENCIES
from infra.demo_bank.systems.cards import card_of_account
from infra.demo_bank.writing import Format

FORMATS = {
    "core_banking/accounts": Format("accounts.csv", delimiter=";"),
    "core_banking/account_parties": Format("account_parties.csv", delimiter=";"),
    "core_banking/balances": Format("balances.csv", delimiter=";", decimal_comma=True),
    "core_banking/postings": Format("postings.csv", delimiter=";", control="amount"),
}
CHANNELS = ("app", "web", "branch", "atm", "pos", "phone", "batch", "partner")
CHANNEL_OF_TYPE = np.array([6, 0, 4, 3, 2, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 1])
PURPOSES = (
    "household", "insurance", "loan", "leasing", "pension", "statement", "interest", "sanction", "salary", "investment",
    "tax", "leisure", "other",
)  # fmt: skip
PURPOSE_OF_TYPE = np.array([8, 12, 11, 11, 12, 0, 0, 5, 6, 10, 9, 1, 2, 4, 9, 12])
MERCHANTS = ("5411", "5812", "5541", "5311", "4511", "7011", "5732", "5944", "5691", "8011", "7991", "4121")
BANKS = ("UBSWCHZH", "DEUTDEFF", "BNPAFRPP", "BARCGB22", "HSBCHKHH", "ICBKCNBJ", "UNCRITMM", "CHASUS33")
BANK_COUNTRIES = ("CH", "DE", "FR", "GB", "HK", "CN", "IT", "US")
CHANGED_SHARE = 0.01
"""Accounts whose attributes change on each further business date."""


def deliver(block: Block) -> Iterator[Delivery]:
    """Everything core banking sends, on every date."""
    for index in block.indexes:
        yield Delivery("core_banking/accounts", index, accounts(block, index))
        yield Delivery("core_banking/account_parties", index, account_parties(block, index))
        yield Delivery("core_banking/balances", index, balances(block, index))
        yield Delivery("core_banking/postings", index, posted(block, index))


def accounts(block: Block, index: int) -> pa.Table:
    """All accounts on the first date, then the new and the changed ones."""
    own, random = block.accounts, block.random("accounts", index)
    is_new = own["arrival"] == index
    is_changed = (own["arrival"] < index) & (random.random(len(is_new)) < CHANGED_SHARE)
    chosen = np.flatnonzero(is_new | is_changed)
    if index:
        own["status"][is_changed] = pick(random, (60, 30, 10, 0), is_changed.sum())
        own["overdraft"][is_changed] += 5_000_00 * (own["kind"][is_changed] == 0)
    changed_at = block.options.day_numbers[index] * 86_400 + 60_000
    rows = account_rows(block, chosen, changed_at)
    return rows.set_column(0, "op", words(["I", "U"], is_changed[chosen].astype(int)))


def account_rows(block: Block, chosen: np.ndarray, changed_at: int) -> pa.Table:
    """These accounts as they are now."""
    own = block.accounts
    kind = own["kind"][chosen]
    return pa.table({
        "op": words(["I"], kind * 0),
        "account_id": account_ids(own, chosen),
        "account_type": words(TYPES, kind),
        "product_id": products_of(own["kind"][chosen], own["currency"][chosen]),
        "currency": words(CURRENCIES, own["currency"][chosen]),
        "iban": ibans(own, chosen),
        "branch": ids("BR", block.persons["city"][own["owner"][chosen]] + 1, 2),
        "status": words(STATUSES, own["status"][chosen]),
        "statements": words(["monthly", "weekly", "per_transaction", "none"], own["iban"][chosen] % 4),
        "interest_percent": scaled(own["interest_points"][chosen], 2),
        "overdraft_limit": money(own["overdraft"][chosen], kind != 0),
        "opened": days(own["opened"][chosen]),
        "closed": days(own["opened"][chosen], np.full(len(chosen), True)),
        "matures": days(own["maturity"][chosen], kind != 2),
        "changed_at": moments(changed_at + np.arange(len(chosen)) % 3_600),
    })  # fmt: skip


def products_of(kind: np.ndarray, currency: np.ndarray) -> pa.Array:
    """Product of an account: its type and currency."""
    return joined(words(["CUR", "SAV", "TRM"], kind), "-", words(CURRENCIES, currency))


def account_parties(block: Block, index: int) -> pa.Table:
    """Owners, and the spouse as joint owner or disponent of half of the first accounts."""
    own, persons = block.accounts, block.persons
    new = np.flatnonzero(own["arrival"] == index)
    owner = own["owner"][new]
    spouse = np.minimum(owner + 1, block.size - 1)
    is_couple = (
        (persons["member"][owner] == 0) & (persons["member"][spouse] == 1) & (persons["household"][spouse] == owner)
    )
    shared = new[is_couple & (own["place"][new] == 0) & (persons["arrival"][spouse] <= index) & (owner % 2 == 0)]
    partner = own["owner"][shared] + 1
    role = np.where(partner % 4 == 1, 1, 2)
    is_joint = np.isin(new, shared[role == 1])
    account = np.r_[new, shared]
    return pa.table({
        "account_id": account_ids(own, account),
        "party_id": block.person_ids.take(pa.array(np.r_[owner, partner])),
        "role": words(["owner", "joint_owner", "disponent"], np.r_[np.zeros(len(new), dtype=int), role]),
        "share_percent": texts(np.r_[np.where(is_joint, 50, 100), np.where(role == 1, 50, 0)]),
        "since": days(own["opened"][account]),
        "until": days(own["opened"][account], np.full(len(account), True)),
    })  # fmt: skip


def channels_of(kind: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """Channels of postings: a transfer comes by app, web, branch or telephone."""
    elsewhere = np.array([1, 2, 1, 2, 5])[luck // 10 % 5]
    return np.where((kind == 1) & (luck % 10 > 5), elsewhere, CHANNEL_OF_TYPE[kind])


def balances(block: Block, index: int) -> pa.Table:
    """The opening, every month end and the day itself at first; then each account with a posting since."""
    options, own, rows = block.options, block.accounts, block.postings
    low, high = options.span(index)
    if index == 0:
        months = np.arange(
            np.datetime64(low, "D").astype("datetime64[M]") + 1, np.datetime64(high, "D").astype("datetime64[M]") + 1
        )
        ends = (months.astype("datetime64[D]").astype(np.int64) - 1).tolist()
        moved, dates = np.flatnonzero(own["arrival"] == 0), sorted({low - 1, *ends, high})
    else:
        moved, dates = np.unique(rows["account"][rows["date_index"] == index]), [high]
    amounts = np.concatenate([postings.balance_at(block, day)[moved] for day in dates])
    account, date = np.tile(moved, len(dates)), np.repeat(dates, len(moved))
    is_open = date >= own["opened"][account]
    account, date, amounts = account[is_open], date[is_open], amounts[is_open]
    return pa.table({
        "account_id": account_ids(own, account),
        "date": days(date),
        "balance": money(amounts),
        "available": money(amounts + own["overdraft"][account]),
        "currency": words(CURRENCIES, own["currency"][account]),
    })  # fmt: skip


def posted(block: Block, index: int) -> pa.Table:
    """The postings that arrive on this date."""
    own, every = block.accounts, block.postings
    chosen = np.flatnonzero(every["date_index"] == index)
    rows = {name: values[chosen] for name, values in every.items()}
    kind, luck = rows["type"], rows["luck"]
    is_internal = np.isin(kind, (3, 4, 7, 8))
    is_card = kind == 2
    bank = luck % len(BANKS)
    card, has_card = card_of_account(block, rows["account"])
    return pa.table({
        "posting_id": ids("T", rows["number"]),
        "account_id": account_ids(own, rows["account"]),
        "posted": days(rows["day"]),
        "value_date": days(rows["day"] + (luck % 3 == 0)),
        "direction": words(["D", "C"], (rows["cents"] > 0).astype(np.int8)),
        "amount": money(np.abs(rows["cents"])),
        "currency": words(CURRENCIES, rows["currency"]),
        "balance_after": money(rows["balance"]),
        "type": words(postings.TYPES, kind),
        "channel": words(CHANNELS, channels_of(kind, luck)),
        "other_account": ids("", luck, 12, is_internal | is_card),
        "other_bank": words(BANKS, bank, is_internal | is_card),
        "other_country": words(BANK_COUNTRIES, bank, is_internal | is_card),
        "purpose": words(PURPOSES, PURPOSE_OF_TYPE[kind]),
        "merchant_code": words(MERCHANTS, luck % len(MERCHANTS), ~is_card),
        "card_id": ids("K", card, 10, ~(is_card & has_card)),
    })  # fmt: skip
