"""How far each person has watched each film and episode."""
