"""Which version of the training program each trial ran."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("trial", sa.Column("program", sa.Text, nullable=False, server_default=""))
