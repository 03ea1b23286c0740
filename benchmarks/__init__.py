"""Measurements of record: `make bench`."""
