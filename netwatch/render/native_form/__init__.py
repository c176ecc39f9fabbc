"""A topology as a native file."""
