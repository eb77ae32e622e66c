"""Pure decisions: is it fair, what is the answer, is it better, what next.

May import: analysis, design, findings, decisions, study, space. No clock, disk or process in here.
"""
