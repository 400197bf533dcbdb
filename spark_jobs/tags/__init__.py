"""Tags packed into words, unpacked, indexed and compared: what happens to values once definitions are compiled."""
