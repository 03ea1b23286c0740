"""`python -m matinee`."""

from matinee.cli import main

main()
