"""Runs that log plain files, and what became of runs and trials."""
