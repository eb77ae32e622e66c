"""Whether the searched ranges are wide enough: one verdict for each end of each range.

May import: analysis, space, vocabulary, numpy.
"""
