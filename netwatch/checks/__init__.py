"""Questions in a file, with the answers they should get."""
