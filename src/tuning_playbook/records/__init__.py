"""What a project has on record, as typed facts. May import: analysis and every room below it.

Facts without verbs, and functions from entries and events to them. No store, clock or disk in here.
"""
