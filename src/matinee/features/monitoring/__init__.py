"""The services that Matinee needs, and how they are."""
