"""A short run of the training program before a round needs it.

Of workflow, may import: no other room.
"""
