"""Which column decides, and what to say where none does."""
