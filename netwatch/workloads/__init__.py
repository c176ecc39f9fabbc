"""Seeded, named networks and rule sets for benchmarks and tests."""
