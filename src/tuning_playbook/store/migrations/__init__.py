"""Numbered changes of the schema, run by Alembic. A released one is never edited."""

REVISIONS = (
    "0001",
    "0002",
    "0003",
)  # oldest first; a store at another one was written by a newer version
REVISION_TABLE = "playbook_revision"  # not Alembic's own name, which other tools' stores carry
