"""A round before it runs: its plan, its studies, and what may be pooled in them.

Of workflow, may import: workflow.trying.trying.
"""
