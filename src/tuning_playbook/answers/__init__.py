"""From what is known of a round to its answer. May import: checks, decide, records and below.

Pure: no store, clock, disk or process in here.
"""
