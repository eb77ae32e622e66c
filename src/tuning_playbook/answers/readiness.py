"""Whether a round can be decided on, and whether a decision is about things as they are."""

from __future__ import annotations

import time
from collections.abc import Sequence

from tuning_playbook.answers.contenders import Contenders
from tuning_playbook.answers.reruns import Reruns
from tuning_playbook.decide.next_step.crashed_reruns import ways_after_a_crash
from tuning_playbook.errors import InvalidInput
from tuning_playbook.records.round_record import RoundRecord
from tuning_playbook.words import agreeing, counted


def require_open(record: RoundRecord, contenders: Contenders) -> None:
    """Refuse to decide on a round that has trials left, or of which nothing is left to decide.

    Raises:
        InvalidInput: for such a round.
    """
    name = record.name
    if record.unfinished:
        raise InvalidInput(
            f"round {name!r} has {record.unfinished} trials left, and a decision needs all of "
            f"them; finish it first: playbook run {name}"
        )
    if contenders.candidate.config == contenders.incumbent and record.launches:
        day = time.strftime("%Y-%m-%d", time.localtime(record.launches[-1].at))
        raise InvalidInput(
            f"round {name!r} was launched on {day}: its best configuration is the baseline, so "
            "there is nothing left to decide"
        )


def require_reruns(round_name: str, reruns: Sequence[Reruns], *, skipped: str | None) -> None:
    """Refuse to decide before both sides have reruns that ended and can be compared.

    Args:
        round_name: of the round.
        reruns: of the candidate first, of the baseline last.
        skipped: why no reruns are made; ``None`` where they may be.

    Raises:
        InvalidInput: with the command that makes what is missing.
    """
    if len(reruns) < 2:
        return
    if any(r.crashed for r in reruns):
        raise InvalidInput(_crash(round_name, reruns))
    lacking = [r for r in reruns if not r.values]
    waiting = sum(r.planned - len(r.values) for r in reruns)
    if not lacking and not waiting:
        return
    if lacking and skipped:
        raise InvalidInput(
            f"the reruns of round {round_name!r} were skipped ({skipped}), and no decision is "
            f"possible without them; to make them anyway: playbook rerun {round_name}; to launch "
            f"it without evidence: playbook launch {round_name} --reason '...'"
        )
    command = f"playbook rerun {round_name}"
    if not lacking:
        most = max(r.planned for r in reruns)
        raise InvalidInput(
            f"{waiting} rerun{' has' if waiting == 1 else 's have'} not ended, and leaving out the "
            f"slow ones would be unfair; finish them first: {command} --times {most}"
        )
    mixed = any(r.elsewhere[0] for r in lacking) and len(lacking) < len(reruns)
    sentences = list(dict.fromkeys(map(_lack, lacking)))
    if all(not any(r.elsewhere) and not r.planned for r in reruns):
        neither = "neither the candidate nor the baseline was rerun, and the trial that was chosen"
        sentences = [f"{neither} for its result is no evidence"]
    if mixed:
        sentences.append("reruns of two versions of the program cannot be mixed")
    if len(lacking) == 1 and lacking[0].role == "baseline":
        command += " --baseline"
    raise InvalidInput(f"{'; '.join(sentences)}. Type: {command}")


def _crash(round_name: str, reruns: Sequence[Reruns]) -> str:
    crashed = sum(r.crashed for r in reruns)
    times = max(r.planned for r in reruns)
    unfair = (
        f"{counted(crashed, 'rerun')} of round {round_name!r} failed by an error of the training "
        f"program, which says nothing about {agreeing(crashed, 'its', 'their')} configuration, and "
        "leaving them out would be unfair; what the error was is told by: playbook next"
    )
    return "\n".join([unfair, *ways_after_a_crash(round_name, times)])


def _lack(reruns: Reruns) -> str:
    code, protocol = reruns.elsewhere
    role = f"the {reruns.role}"
    if code:
        return (
            f"{role} has {code} reruns with another version of the training program, and none with "
            f"the present one ({reruns.study.provenance.code[:8]})"
        )
    if protocol:
        return (
            f"{role} has {protocol} reruns that were trained or evaluated differently, and none "
            "in the way that playbook.toml declares now"
        )
    if reruns.planned:
        return f"no rerun of {role} has ended"
    return f"{role} was never rerun"


def why_stale(record: RoundRecord, contenders: Contenders) -> str:
    """Why no decision speaks about things as they are now; empty for one that does.

    Args:
        record: of the round.
        contenders: as they are now.
    """
    name = record.name
    if record.unfinished:
        return f"{record.unfinished} of its trials have not been run; type: playbook run {name}"
    if record.reruns_skipped is not None:
        return f"its reruns were skipped: {record.reruns_skipped}"
    if record.decided is None:
        return (
            f"no decision on it was made; type: playbook rerun {name}, then playbook decide {name}"
        )
    decision = record.decided.decision
    if dict(decision.candidate) != dict(contenders.candidate.config):
        return f"it has had a better trial since the decision; type: playbook rerun {name}"
    if dict(decision.incumbent) != dict(contenders.incumbent):
        return f"the baseline has changed since the decision; type: playbook decide {name}"
    if record.same_programs.first(record.decided.code) != record.code:
        return (
            f"the training program has changed since the decision; type: playbook rerun {name}, "
            f"then playbook decide {name}"
        )
    return ""
