"""Is one arm better than another, on runs that people have?

Of workflow, may import: workflow.checking.checking.
"""
