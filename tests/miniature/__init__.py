"""A bank of three sources, small enough to be run many times: append, merge with an operation column, snapshot."""

from pathlib import Path

CATALOG_ROOT = Path(__file__).parent / "catalog"
"""Root of its catalogue, for `load_catalog` and the setting `catalog_root`."""
