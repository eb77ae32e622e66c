"""Figures: an info function says what is shown, a figure function draws it.

May import: analysis and the ground floor. Knows no plotting library and no page.
"""
