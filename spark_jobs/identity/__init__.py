"""One customer, one household: which source records are the same party."""
