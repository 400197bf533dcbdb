"""Quality gates: suites per table, evaluated by Great Expectations in one pass over the data."""
