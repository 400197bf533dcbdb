"""What the bank delivers and what the lakehouse keeps, as typed, validated definitions. Imports no engine."""
