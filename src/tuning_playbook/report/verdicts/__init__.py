"""Verdicts on a study, in full, in short, as a page. May import: rounds, pages, phrases."""
