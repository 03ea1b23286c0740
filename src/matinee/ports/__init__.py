"""Small protocols by capability, with their frozen value types."""
