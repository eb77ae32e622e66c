"""What people read: the HTML report and terminal tables. May import: plots, analysis, design.

``view`` gathers what a report says; ``html`` and ``terminal`` only show it.
"""
