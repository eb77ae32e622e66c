"""From a candidate to the baseline: reruns, decisions, launches, looks at held-out data.

Of workflow, may import: workflow.checking.checking and the rooms below it.
"""
