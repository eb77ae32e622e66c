"""The tables of the SQL store, as SQLAlchemy Core sees them.

The migrations make and change them; a test holds both to each other.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

studies = Table(
    "study",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("design", Text, nullable=False),  # JSON, see codec
    Column("trials", Integer, nullable=False),
)

trials = Table(
    "trial",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("study_id", ForeignKey("study.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("config", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("worker", Text, nullable=False),
    Column("lease_until", Double),
    Column("created_at", Double),
    Column("started_at", Double),
    Column("finished_at", Double),
    Column("summaries", Text, nullable=False),
    Column("checkpoints", Text, nullable=False),
    Column("program", Text, nullable=False, server_default=""),
    UniqueConstraint("study_id", "number"),
    # a claim looks for the first waiting trial of a study, whatever has finished before it
    Index("trial_by_status", "study_id", "status", "number"),
)

# An ordinary table with an implicit key: blobs in a table without row ids go to overflow pages.
chunks = Table(
    "chunk",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("trial_id", ForeignKey("trial.id"), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("resumed_from", BigInteger, nullable=False),
    Column("metrics", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

events = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("study_id", ForeignKey("study.id"), nullable=False, index=True),
    Column("number", Integer),
    Column("at", Double, nullable=False),
    Column("kind", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("data", Text, nullable=False),
)

logbook = Table(
    "logbook",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Double, nullable=False),
    Column("kind", Text, nullable=False),
    Column("round", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("data", Text, nullable=False),
)
