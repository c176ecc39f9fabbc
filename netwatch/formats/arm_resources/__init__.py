"""Resolved ARM resources, as Azure returns them."""
