"""Pictures of a topology: what they show, where it stands, and how it is drawn or written."""
