"""Words in."""
