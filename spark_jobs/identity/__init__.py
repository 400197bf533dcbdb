"""Identity: source records become customers, in a ledger that only ever grows and can always be taken back."""
