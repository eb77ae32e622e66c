"""A study's trials as columns, and what became of each."""
