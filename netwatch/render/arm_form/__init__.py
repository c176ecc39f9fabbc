"""A topology as resolved ARM resources."""
