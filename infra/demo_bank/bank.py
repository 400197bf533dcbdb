"""Writes a bank into an inbox: every block through every system, one file a table and date."""

from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType

from infra.demo_bank.block import Block, Delivery, blocks
from infra.demo_bank.market import make_market
from infra.demo_bank.mishaps import Mishaps
from infra.demo_bank.options import Options
from infra.demo_bank.persons import real_clients
from infra.demo_bank.planted import Book
from infra.demo_bank.row_defects import note_duplicates, with_bad_rows
from infra.demo_bank.systems import (
    cards,
    contact,
    core_banking,
    credit,
    crm,
    digital,
    feedback,
    insurance,
    investments,
    market_data,
    marketing,
    organisation,
    outside,
    relations,
    service,
    stewardship,
)  # fmt: skip
from infra.demo_bank.versions import with_versions
from infra.demo_bank.writing import DeliveryFile, Format

EVERYWHERE: tuple[ModuleType, ...] = (
    crm, organisation, investments, insurance, relations, digital, contact, feedback, service, marketing, outside,
    stewardship,
)  # fmt: skip
ONLY_DEMO: tuple[ModuleType, ...] = (core_banking, cards, credit, market_data)
"""Systems that the real bank has public data for."""


def systems_of(environment: str) -> tuple[ModuleType, ...]:
    """The modules of the systems generated in this environment."""
    return EVERYWHERE + (ONLY_DEMO if environment == "demo" else ())


def settled(options: Options) -> Options:
    """The same options, sized by the real clients where the environment has them."""
    if options.environment != "real":
        return options
    clients = len(real_clients(options)["number"])
    return replace(options, customers=clients, block_size=clients)


class Inbox:
    """The files of every table and date, open until the last block is written."""

    def __init__(self, options: Options, formats: dict[str, Format]) -> None:
        self._options, self._formats = options, formats
        self._files: dict[tuple[str, int], DeliveryFile] = {}

    def write(self, delivery: Delivery) -> None:
        """Append rows to their file."""
        key = (delivery.source, delivery.date_index)
        if key not in self._files:
            layout = self._formats[delivery.source]
            system = layout.folder or delivery.source.split("/")[0]
            folder = self._options.inbox / system / self._options.dates[delivery.date_index].isoformat()
            self._files[key] = DeliveryFile(folder / layout.file, layout)
        self._files[key].write(delivery.rows)

    def close(self, mishaps: Mishaps) -> dict[str, int]:
        """Finish all files, for better or worse; delivered rows by source."""
        rows: dict[str, int] = {}
        for key, file in self._files.items():
            file.close()
            mishaps.finish(key, file)
            rows[key[0]] = rows.get(key[0], 0) + file.rows
        return rows


def deliveries(block: Block) -> Iterator[Delivery]:
    """What every system delivers for this block."""
    for system in systems_of(block.options.environment):
        if any(is_wanted(source, block.options.only) for source in system.FORMATS):
            yield from system.deliver(block)


def spoilt(block: Block, delivery: Delivery, layout: Format, book: Book) -> Delivery:
    """The delivery with its planted rows, if any are wanted."""
    if not block.options.defect_rate:
        return delivery
    return with_bad_rows(block, with_versions(block, delivery, layout, book), layout, book)


def is_wanted(source: str, only: tuple[str, ...]) -> bool:
    """Whether the source is among the sources and systems asked for."""
    return not only or source in only or source.split("/", maxsplit=1)[0] in only


def generate(options: Options) -> dict[str, int]:
    """Write the whole bank and the truth about it; delivered rows by source."""
    options = settled(options)
    formats = {name: layout for system in systems_of(options.environment) for name, layout in system.FORMATS.items()}
    inbox, book = Inbox(options, formats), Book()
    mishaps = Mishaps(options, formats, book)
    for block in blocks(options, make_market(options)):
        note_duplicates(block, book)
        for delivery in deliveries(block):
            if not is_wanted(delivery.source, options.only):
                continue
            sent = mishaps.apply(spoilt(block, delivery, formats[delivery.source], book))
            if sent is not None:
                inbox.write(sent)
    rows = inbox.close(mishaps)
    book.write(options.inbox)
    return rows
