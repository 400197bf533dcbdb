"""Pure functions on Spark columns and frames, by topic."""
