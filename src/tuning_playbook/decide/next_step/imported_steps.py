"""After a study that searched no range, or one whose metric never moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tuning_playbook.decide.candidates import baseline_config
from tuning_playbook.decide.next_step.adoption_steps import deciding_steps
from tuning_playbook.decide.next_step.crashed_reruns import mending_reruns_step
from tuning_playbook.decide.next_step.how_to import compare_command
from tuning_playbook.decide.next_step.project_state import ProjectState, RoundState
from tuning_playbook.decide.next_step.step import NextStep
from tuning_playbook.decisions import Soundness
from tuning_playbook.design.proposals import tuning_round
from tuning_playbook.never_tuned import is_never_tuned
from tuning_playbook.records.answers import AnsweredRound
from tuning_playbook.space import Config, Constant, Hyperparameter, misfit
from tuning_playbook.study import Project
from tuning_playbook.words import counted, listed, short

_EXAMPLE = "learning_rate = { log = [1e-4, 1.0], default = 0.01 }"
_MOST_EXAMPLES = 4


def searched_nothing(current: RoundState | None) -> bool:
    """Whether the round came from elsewhere and has searched no range of numbers."""
    answered = None if current is None else current.answered
    return bool(current and current.imported and answered and answered.shape != "search")


def unmoved_step(current: RoundState, answered: AnsweredRound, metric: str) -> NextStep:
    """The metric is the same in all trials, so nothing can be learnt from more of them."""
    keys = _varied(answered)
    varied = f" although {listed(keys)} varied" if keys else ""
    return NextStep(
        f"Find out why {metric} never moves",
        f"{metric} is {answered.unmoved:g} in every one of the {sum(answered.trials.values())} "
        f"trials of {current.name}{varied}. Check whether the program uses the values that it is "
        "given, whether the trained model is the one that is evaluated, and whether the metric "
        "is too coarse or already at its limit. As long as the metric does not change, no round "
        "can answer a question",
        source="extracting-insight",
    )


def steps_after_no_search(
    state: ProjectState, current: RoundState, answered: AnsweredRound
) -> Iterator[NextStep]:
    """What an imported study without a searched range calls for.

    Args:
        state: of the project.
        current: the imported round.
        answered: what came out.
    """
    if answered.shape == "variants":
        yield _compare(current, answered)
    elif answered.shape == "lengths":
        yield _fix_lengths(current, answered)
    yield from _first_search(state, answered)
    ahead = all(answered.best_config.get(k) == v for k, v in answered.best_setting.items())
    if answered.shape == "variants" and ahead and answered.soundness is not Soundness.VOID:
        yield from deciding_steps(state, current, answered)


def proving_steps(state: ProjectState) -> Iterator[NextStep]:
    """Rerun a baseline that was only imported: until then it is a candidate.

    Source: playbook, "Determining whether to adopt a training pipeline change or hyperparameter
    configuration".
    """
    if not state.unproven:
        return
    command = "playbook rerun --baseline"
    reason = (
        f"its values are those of the best trial of {state.unproven}, which was imported, and "
        "were selected for their result. It is not known yet how good they are with the "
        "training program of this project, and how much the seed changes the result"
    )
    if state.program_there and state.crashed_baseline is not None:
        yield mending_reruns_step(state.crashed_baseline)
    elif state.program_there:
        yield NextStep(
            "Run the imported baseline again, with fresh seeds", reason, command, source="adoption"
        )
    else:
        yield NextStep(
            "Set [training] target in playbook.toml, and run the imported baseline again",
            f"{reason}. After that: {command}",
            source="adoption",
            how="Set max_train_steps there as well; it is 1 where the import did not tell a length."
            if state.project.training.max_train_steps == 1
            else "",
        )


def declaring_step(project: Project) -> NextStep | None:
    """What to declare in a project that leaves nothing to tune; ``None`` where there is something.

    Args:
        project: as declared.
    """
    if tuning_round(project) is not None:
        return None
    there = baseline_config(project)
    fixed = [h for h in project.hyperparameters if h.key in there and _could_be_searched(h)]
    fixed = fixed[:_MOST_EXAMPLES]
    if not fixed:
        return NextStep(
            "Declare the hyperparameters of the training program in playbook.toml",
            "it declares none that could be tuned. At least the learning rate belongs there, for "
            f"example {_EXAMPLE}, and the program has to read it from its configuration",
            source="round-goal",
        )
    return NextStep(
        f"Declare ranges for {listed([h.key for h in fixed])} in playbook.toml",
        "it fixes every hyperparameter, so there is nothing to tune. A wide range to start "
        f"with: {'; '.join(map(_wide, fixed))}",
        source="round-goal",
    )


def _compare(current: RoundState, answered: AnsweredRound) -> NextStep:
    keys = _varied(answered)
    return NextStep(
        f"Compare the variants of {current.name}",
        f"it varied {listed(keys)} and no range of numbers, so there is no search to continue. "
        f"The best mean has {_setting(answered.best_setting)}; to see whether that is more than "
        f"luck in {counted(sum(answered.trials.values()), 'trial')}, type: "
        f"{compare_command(current.name, keys)}",
        source="round-goal",
    )


def _fix_lengths(current: RoundState, answered: AnsweredRound) -> NextStep:
    keys = _varied(answered)
    return NextStep(
        f"Fix {listed(keys)}, and tune the hyperparameters that decide about quality",
        f"{current.name} varied nothing else. All trials of a round train for the same length "
        "and with the same batch size; neither is tuned for quality. Set [training] "
        "max_train_steps to what you can afford",
        source="number-of-steps",
    )


def _first_search(state: ProjectState, answered: AnsweredRound) -> Iterator[NextStep]:
    """A round that tunes the best setting, or what to declare so that there can be one."""
    if state.waiting:
        return
    declared = {h.key: h for h in state.project.hyperparameters}
    best = {
        key: value
        for key, value in answered.best_setting.items()
        if key in declared
        and not is_never_tuned(declared[key])
        and not misfit(declared[key].domain, value, natural=declared[key].natural)
    }
    project = replace(state.project, baseline={**state.project.baseline, **best})
    round_ = tuning_round(project, taken_names=state.names)
    step = declaring_step(project)
    if round_ is None:
        yield from () if step is None else (step,)
        return
    base = baseline_config(state.project)
    changed = {key: value for key, value in best.items() if base.get(key) != value}
    yield NextStep(
        f"Ask: {round_.question}",
        f"nothing has been tuned yet, and {_setting(best)} was the best so far"
        if best
        else (
            "nothing has been tuned yet; tuning shows how much there is to gain before anything "
            "is compared"
        ),
        round=replace(round_, fixed={**round_.fixed, **changed}),
        source="initial-configuration",
    )


def _varied(answered: AnsweredRound) -> list[str]:
    return list(dict.fromkeys(key for keys in answered.searched.values() for key in keys))


def _could_be_searched(h: Hyperparameter) -> bool:
    if not isinstance(h.domain, Constant) or is_never_tuned(h):
        return False
    return isinstance(h.domain.value, (int, float)) and not isinstance(h.domain.value, bool)


def _wide(h: Hyperparameter) -> str:
    """The declaration of ``h`` with a range of a factor of ten to both sides of its value."""
    value = float(h.default)
    ends = (value / 10, value * 10)
    word = "integer_log" if isinstance(h.default, int) and value > 0 else "log"
    if value <= 0:
        return f"{h.key} = {{ linear = [0.0, 1.0], default = {short(h.default)} }}"
    if h.kind == "regularization" and value < 1 <= ends[1]:
        return f"{h.key} = {{ linear = [0.0, 0.9], default = {short(h.default)} }}"
    low, high = (max(1, round(e)) if word == "integer_log" else e for e in ends)
    return f"{h.key} = {{ {word} = [{short(low)}, {short(high)}], default = {short(h.default)} }}"


def _setting(values: Config) -> str:
    return listed([f"{key} = {short(value)}" for key, value in values.items()])
