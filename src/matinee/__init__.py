"""Matinee: your own streaming service."""

__version__ = "0.1.0"
