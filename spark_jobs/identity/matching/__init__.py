"""Pairs of records that are the same party: normalised values, declared rules, Splink's scores, clusters."""
