"""A new project, or the demo.

Of workflow, may import: no other room of workflow.
"""
