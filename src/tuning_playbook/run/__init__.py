"""Carrying trials out. May import: training, store, search, analysis, and the ground floor.

``control`` and ``outcome`` decide and touch nothing; ``loop`` acts; ``local`` starts processes.
"""
