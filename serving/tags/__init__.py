"""Tags of a release, explained: one customer's value, what it was made of, and since when it holds."""
