"""The SQL of the store, for SQLite and PostgreSQL alike. Parameters are written ``:name``.

The migrations make the tables that these statements name; `database` writes the parameters as the
driver wants them.
"""

from __future__ import annotations

from collections.abc import Collection

_TRIAL_COLUMNS = (
    "number, config, seed, status, reason, detail, attempts, worker, created_at, started_at, "
    "finished_at, summaries, checkpoints, program"
)
_CHUNK_COLUMNS = "chunk.attempt, chunk.resumed_from, chunk.metrics, chunk.data"


def insert(table: str, columns: Collection[str]) -> str:
    """The statement that adds a row with ``columns`` to ``table``."""
    parameters = ", ".join(f":{column}" for column in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({parameters})"  # noqa: S608


# --- studies and trials
FIND_STUDY = "SELECT id, design, trials FROM study WHERE name = :name"
CHANGE_STUDY = "UPDATE study SET design = :design, trials = :trials WHERE id = :study"
WITHDRAW_STUDY = """
    UPDATE study SET name = :name, design = :design
    WHERE id = :study AND NOT EXISTS (
        SELECT 1 FROM trial WHERE study_id = :study AND status IN ('complete', 'running'))
    RETURNING id"""
ALL_STUDIES = "SELECT name, design, trials FROM study ORDER BY id"
ALL_TRIALS = f"SELECT {_TRIAL_COLUMNS} FROM trial WHERE study_id = :study ORDER BY number"  # noqa: S608
TRIALS_IN_SPAN = f"""
    SELECT {_TRIAL_COLUMNS} FROM trial
    WHERE study_id = :study AND number BETWEEN :first AND :last
    ORDER BY number"""  # noqa: S608
NOT_BEGUN_IDS = """
    SELECT number, id FROM trial
    WHERE study_id = :study AND number BETWEEN :first AND :last
        AND status = 'waiting' AND started_at IS NULL"""
DROP_NOT_BEGUN = "DELETE FROM trial WHERE id = :trial AND status = 'waiting' AND started_at IS NULL"
TRIAL_IDS = """
    SELECT number, id FROM trial WHERE study_id = :study AND number BETWEEN :first AND :last"""
COUNT_BY_STATUS = "SELECT status, count(*) FROM trial WHERE study_id = :study GROUP BY status"
TALLIES = """
    SELECT study.name, trial.status, count(*), sum(trial.finished_at - trial.started_at),
        min(trial.created_at), max(trial.finished_at)
    FROM trial JOIN study ON trial.study_id = study.id
    GROUP BY trial.study_id, study.name, trial.status
    ORDER BY trial.study_id"""

# --- a running trial
_LEASED = "study_id = :study AND number = :number AND status = 'running' AND worker = :worker"
RENEW = f"UPDATE trial SET lease_until = :lease_until WHERE {_LEASED} RETURNING id"  # noqa: S608
FINISH = f"""
    UPDATE trial SET status = :status, reason = :reason, detail = :detail, finished_at = :now,
        summaries = :summaries, lease_until = NULL
    WHERE {_LEASED} RETURNING id"""  # noqa: S608
RELEASE = f"""
    UPDATE trial SET status = 'waiting', worker = '', lease_until = NULL
    WHERE {_LEASED} RETURNING id"""  # noqa: S608
REOPEN = """
    UPDATE trial SET status = 'waiting', reason = '', detail = '', worker = '', lease_until = NULL,
        started_at = NULL, finished_at = NULL, summaries = '{}'
    WHERE study_id = :study AND number = :number
        AND status IN ('infeasible', 'failed', 'cancelled')
    RETURNING id"""
KEEP_CHECKPOINTS = "UPDATE trial SET checkpoints = :checkpoints WHERE id = :trial"

# Two selections instead of one "or": each walks the index from its first match and stops, so that
# a claim costs the same however many trials have finished. PostgreSQL passes over trials that
# another claim has locked; SQLite has one writer at a time, and leaves these words out.
LOCKED = "FOR UPDATE SKIP LOCKED"
CLAIM = f"""
    WITH waiting AS (
        SELECT id, number FROM trial WHERE study_id = :study AND status = 'waiting'
        ORDER BY number LIMIT :count {LOCKED}
    ), expired AS (
        SELECT id, number FROM trial
        WHERE study_id = :study AND status = 'running' AND lease_until < :now
        ORDER BY number LIMIT :count {LOCKED}
    )
    UPDATE trial SET status = 'running', attempts = attempts + 1, worker = :worker,
        lease_until = :lease_until, started_at = :now, program = :program
    WHERE id IN (
        SELECT id FROM (SELECT id, number FROM waiting UNION ALL SELECT id, number FROM expired)
            AS free
        ORDER BY number LIMIT :count
    )
    RETURNING {_TRIAL_COLUMNS}"""  # noqa: S608

# --- curves
CHUNKS_OF_TRIAL = f"SELECT {_CHUNK_COLUMNS} FROM chunk WHERE trial_id = :trial ORDER BY id"  # noqa: S608
DROP_CHUNKS = "DELETE FROM chunk WHERE trial_id = :trial"
CHUNKS_OF_STUDY = f"""
    SELECT trial.number, {_CHUNK_COLUMNS} FROM chunk JOIN trial ON chunk.trial_id = trial.id
    WHERE trial.study_id = :study AND trial.number BETWEEN :first AND :last
    ORDER BY trial.number, chunk.id"""  # noqa: S608

# --- events and logbook
ALL_EVENTS = """
    SELECT at, kind, message, number, data FROM event WHERE study_id = :study ORDER BY id"""
WHOLE_LOGBOOK = "SELECT at, kind, round, message, data FROM logbook ORDER BY id"
ENTRIES_OF_KIND = """
    SELECT at, kind, round, message, data FROM logbook WHERE kind = :kind ORDER BY id"""

TIME_OF_SERVER = "SELECT extract(epoch FROM clock_timestamp())"  # PostgreSQL only
