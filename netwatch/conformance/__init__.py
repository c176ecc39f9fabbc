"""Replays recorded answers of the real service and says where netwatch agrees."""
