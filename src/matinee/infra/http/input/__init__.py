"""What comes in: strict about parameters and bodies, clean about text."""
