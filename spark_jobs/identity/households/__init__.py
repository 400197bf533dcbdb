"""Households and related parties: who lives together, who is tied to whom, who owns what through layers."""
