"""TODO: face of this room."""
