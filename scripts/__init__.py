"""The tools of the house, run by `make`."""
