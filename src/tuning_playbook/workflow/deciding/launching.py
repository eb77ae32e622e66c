"""Making a round's best configuration the baseline."""

from __future__ import annotations

import difflib
import shlex
import shutil
import time
from pathlib import Path

from tuning_playbook.answers.arm_standing import best_of_arm
from tuning_playbook.answers.contenders import Contenders, contenders_of
from tuning_playbook.answers.readiness import why_stale
from tuning_playbook.decide.candidates import baseline_config
from tuning_playbook.decisions import Choice, Decision, Launch
from tuning_playbook.errors import InvalidInput, RefusedByPlaybook
from tuning_playbook.gather.opening import OpenProject, open_project, opened_store
from tuning_playbook.gather.rounds import round_record
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.project_files.baseline_editing import with_baseline
from tuning_playbook.project_files.places import PROJECT_FILE
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.records.logbook import (
    launch_entry,
)
from tuning_playbook.records.round_record import RoundRecord
from tuning_playbook.report.results.launched import LaunchResult
from tuning_playbook.space import Config
from tuning_playbook.store import Store

_BYTE_ORDER_MARK = "\ufeff"


def launch_round(
    folder: str | Path, round_name: str, *, arm: str = "", reason: str = "", dry_run: bool = False
) -> LaunchResult:
    """Make a round's best configuration the project's baseline, and enter it in the logbook.

    Does nothing where it is the baseline already.

    Args:
        folder: of the project.
        round_name: of the round.
        arm: whose best configuration is launched, such as ``optimizer=adam``, where that is not the
            arm that a decision is about.
        reason: why it is launched without, or against, a decision; kept in the logbook.
        dry_run: only tell what would change.

    Raises:
        RefusedByPlaybook: without a reason, where no decision to adopt it stands as things are now.
        InvalidInput: for an arm that the round does not have, or of which no trial trained.

    Source: playbook, "Determining whether to adopt a training pipeline change or hyperparameter
    configuration".
    """
    opened = open_project(Path(folder))
    with opened_store(opened) as store:
        record = round_record(Snapshot(opened, store), round_name.removesuffix(".toml"))
        contenders = contenders_of(record)
        decision = None if record.decided is None else record.decided.decision
        after = best_of_arm(record, arm) if arm else contenders.candidate.config
        if contenders.incumbent == after:
            return _already(store, record, contenders, decision, dry_run=dry_run)
        if after == contenders.candidate.config:
            stale = why_stale(record, contenders)
            made = _launch(record, contenders, decision, stale=stale, reason=reason.strip())
        else:
            made = _launch_of_arm(record, contenders, after, arm=arm, reason=reason.strip())
        diff = _edit(opened, after, dry_run=dry_run)
        if not dry_run:
            store.enter(launch_entry(made))
    return LaunchResult(made, diff, written=not dry_run)


def _already(
    store: Store,
    record: RoundRecord,
    contenders: Contenders,
    decision: Decision | None,
    *,
    dry_run: bool,
) -> LaunchResult:
    """Nothing to change; a launch that was cut short after the file is entered now."""
    after = contenders.candidate.config
    before = after if decision is None else decision.incumbent
    choice = Choice.KEEP if decision is None else decision.choice
    made = Launch(record.name, time.time(), before, after, choice, _first_reason(decision))
    entered = any(dict(known.after) == after for known in record.launches)
    cut_short = choice is Choice.ADOPT and not entered
    if cut_short and not dry_run:
        store.enter(launch_entry(made))
    return LaunchResult(made, "", written=cut_short and not dry_run)


def _launch(
    record: RoundRecord,
    contenders: Contenders,
    decision: Decision | None,
    *,
    stale: str,
    reason: str,
) -> Launch:
    """The launch as it will be entered.

    Raises:
        RefusedByPlaybook: without a reason, unless a decision to adopt stands.
    """
    choice = Choice.INCONCLUSIVE if stale or decision is None else decision.choice
    words = _first_reason(decision)
    if choice is not Choice.ADOPT:
        problem = stale or f"the decision was {choice.value}. {words}"
        if not reason:
            raise RefusedByPlaybook(
                f"round {record.name!r} cannot be launched: {problem}\nTo launch it all the "
                f"same, say why: playbook launch {record.name} --reason '...'",
                source="adoption",
            )
        kind = "against the evidence" if choice is Choice.KEEP else "without a decision to adopt it"
        words = f"{kind}: {reason}"
    return Launch(
        round=record.name,
        at=time.time(),
        before=contenders.incumbent,
        after=contenders.candidate.config,
        choice=choice,
        reason=words,
    )


def _launch_of_arm(
    record: RoundRecord, contenders: Contenders, after: Config, *, arm: str, reason: str
) -> Launch:
    """A launch of another arm than the one with the best configuration: a person's own choice."""
    if not reason:
        raise RefusedByPlaybook(
            f"round {record.name!r}: {arm} is not the arm with the best configuration, so no "
            "decision is about it. To launch its best configuration, say why: playbook launch "
            f"{record.name} --arm {shlex.quote(arm)} --reason '...'",
            source="adoption",
        )
    best = contenders.candidate.config
    words = f"another arm than the best one: {reason}"
    at = time.time()
    return Launch(
        record.name, at, contenders.incumbent, after, Choice.INCONCLUSIVE, words, instead_of=best
    )


def _first_reason(decision: Decision | None) -> str:
    return next(iter(decision.reasons), "") if decision is not None else ""


def _edit(opened: OpenProject, config: Config, *, dry_run: bool) -> str:
    """Put the values into playbook.toml; the difference as a patch.

    What is written is read back first, so that a file which cannot be edited well stays as it was.
    """
    file = (opened.folder / PROJECT_FILE).resolve()
    old = file.read_bytes().decode("utf-8")
    mark = _BYTE_ORDER_MARK if old.startswith(_BYTE_ORDER_MARK) else ""
    new = mark + with_baseline(old.removeprefix(mark), config, opened.project.hyperparameters)
    draft = file.with_name(f"{file.name}.draft")
    try:
        draft.write_bytes(new.encode("utf-8"))
        shutil.copymode(file, draft)
        if baseline_config(read_project(draft)) != dict(config):
            raise InvalidInput(
                f"[baseline] of {file} is written in a way that cannot be edited; write these "
                f"values by hand: {dict(config)}"
            )
        if not dry_run:
            draft.replace(file)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
    return "".join(
        difflib.unified_diff(
            old.splitlines(keepends=True),
            new.splitlines(keepends=True),
            f"before/{PROJECT_FILE}",
            f"after/{PROJECT_FILE}",
            n=2,
        )
    )
