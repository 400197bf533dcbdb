"""Spark jobs: from files as delivered to canonical Delta tables."""
