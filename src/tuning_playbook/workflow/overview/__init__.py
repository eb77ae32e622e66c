"""A project as a whole: status, next step, history, export.

Of workflow, may import: all rooms of workflow but starting.
"""
