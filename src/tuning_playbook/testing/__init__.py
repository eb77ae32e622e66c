"""Contract suites for those who write their own searcher or store. May import: everything below.

Each file needs pytest and is imported by itself.
"""
