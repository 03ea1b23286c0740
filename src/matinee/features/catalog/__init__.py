"""Titles: what there is to watch, how it looks, where it is found."""
