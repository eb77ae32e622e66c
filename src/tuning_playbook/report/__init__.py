"""What people read. May import: answers, plots, run, decide and every room below; no store.

A room for each kind of answer: ``results`` of commands, ``verdicts`` on a study, a ``comparison``,
the report on ``rounds``, the ``history`` of a project. In each a view is plain data; functions turn
it into text, pages and documents. ``pages`` and ``phrases`` hold what they share.
"""
