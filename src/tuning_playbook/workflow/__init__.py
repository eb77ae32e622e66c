"""The use cases, and the only wiring. May import: every room below.

One file for each use case, each a function that does what a command does, without the terminal.
Nothing is imported here: a command pays only for the rooms that it needs.
"""
