"""The group of commands, loaded lazily."""

from __future__ import annotations

import gc
import io
import sys
from importlib import import_module

import click

# name -> line of help; the command lives in the file of that name, with _ for -
_COMMANDS = {
    "init": "Write a commented project file to start from.",
    "try": "Run the training program once, briefly, end to end.",
    "plan": "Show what a round would run and what it costs.",
    "run": "Run a round, or continue an interrupted one.",
    "next": "Say what to do next, and write the round that a step proposes.",
    "rerun": "Run a round's best configuration and the baseline again.",
    "decide": "Decide from reruns whether the best configuration replaces the baseline.",
    "launch": "Make a round's best configuration the baseline.",
    "status": "Show the progress of the rounds.",
    "stop": "Stop one running trial; the others continue.",
    "abandon": "Give up a round, with the reason on record.",
    "logs": "Show what a trial printed.",
    "checkpoint": "Print the path of the best checkpoint of a round or a trial.",
    "check": "Check a round, or a study of another tool, against the checklist.",
    "compare": "Say whether one arm of your runs is really better than another.",
    "import": "Import a study of another tool as a round of a project.",
    "report": "Write the report of a round as one HTML file.",
    "export": "Write trials and curves as CSV, JSON or Parquet.",
    "history": "Show how the project came to where it is.",
    "look": "Show the number of looks at held-out data, or take a look.",
    "close-exploration": "Declare exploration over, which unlocks the test set.",
    "demo": "Run a real round on handwritten digits, in under a minute.",
}
# Python's own words, which name no file
_MODULES = {"try": "try_target", "import": "import_study", "next": "next_step"}

_OBJECTS_BETWEEN_SEARCHES = 300_000  # for garbage; a command imports about as many


class _LazyGroup(click.Group):
    """Knows the commands' names; imports one only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        file = _MODULES.get(cmd_name, cmd_name.replace("-", "_"))
        module = import_module(f"tuning_playbook.cli.{file}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], _COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"There is no command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tuning-playbook", prog_name="playbook")
def playbook() -> None:
    """Tune deep learning models by the playbook: ask a question, run it, read the answer.

    With a study you already have, start with: playbook check TARGET. With a question of your own,
    start a project, which is a folder with a playbook.toml: playbook init, or playbook demo to see
    one. From then on, playbook next says what to do.
    """


def main() -> None:
    """Run the command line and end with its exit code.

    0 done, 1 done and the answer is no (a check fails, a trial that was tried does not train), 2
    the input cannot be used, 3 a fault of the program itself, 130 interrupted.
    """
    # What imports make stays: looking for garbage among it takes a fifth of a short command's time,
    # as often as Python does by itself and once more through all of it at the end.
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES)
    try:
        sys.exit(_exit_code())
    finally:
        gc.freeze()


def _exit_code() -> int:
    from tuning_playbook.cli.faults import came_of_an_interruption, message_of, report_fault
    from tuning_playbook.cli.printing import say

    out = sys.stdout
    try:
        code = playbook(prog_name="playbook", standalone_mode=False)
    except click.ClickException as error:
        told = io.StringIO()
        error.show(told)
        say(told.getvalue().rstrip(), err=True)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _stopped()
    except SystemExit:
        if sys.stdout is out:
            raise
        return 0  # whoever reads has had enough, such as `head`: click has exchanged the stream
    except Exception as error:
        if came_of_an_interruption(error):
            return _stopped()
        message = message_of(error)
        say(message or report_fault(error), err=True, label="error" if message else "fault")
        return 2 if message else 3
    return code if isinstance(code, int) else 0


def _stopped() -> int:
    from tuning_playbook.cli.printing import say

    say("stopped before it was finished", err=True)
    return 130
