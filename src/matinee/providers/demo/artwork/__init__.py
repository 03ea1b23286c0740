"""Posters and backdrops drawn by code."""
