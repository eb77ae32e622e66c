"""Alembic's entry: runs the migrations on the connection that ``schema`` hands over."""

from alembic import context

from tuning_playbook.store.migrations import REVISION_TABLE
from tuning_playbook.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table=REVISION_TABLE,
    render_as_batch=True,  # SQLite cannot change a column in place
)
# no transaction of its own: all migrations and the revision are one change, or none
context.run_migrations()
