"""One small bank for all tests of the generator."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.demo_bank.bank import generate
from infra.demo_bank.options import Options


@pytest.fixture(scope="session")
def options(tmp_path_factory) -> Options:
    return Options(tmp_path_factory.mktemp("bank"), customers=300, block_size=200)


@pytest.fixture(scope="session")
def bank(options) -> Path:
    generate(options)
    return options.inbox


@pytest.fixture(scope="session")
def clean_bank(options, tmp_path_factory) -> Path:
    clean = replace(options, inbox=tmp_path_factory.mktemp("clean"), defect_rate=0.0)
    generate(clean)
    return clean.inbox
