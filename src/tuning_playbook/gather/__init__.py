"""The only readers of projects and stores: what is known, gathered once for each command.

May import: records, decide, run, importers, store, project_files and what lies below them.
Judges nothing.
"""
