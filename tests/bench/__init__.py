"""Benchmarks: one module a figure, each with `measure() -> list[Figure]`; `python -m tests.bench [id]` runs them."""
