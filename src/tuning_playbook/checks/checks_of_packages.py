"""Checks that other installed packages bring, by the entry points ``tuning_playbook.checks``.

They appear beside the others and change no answer. One that fails says so in its place, so that it
takes no verdict of another check with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import ClassVar, cast

from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.base import Check, Premise
from tuning_playbook.errors import InvalidInput
from tuning_playbook.findings import Finding, Verdict
from tuning_playbook.plugins import Plugin, failure_words, plugins_of


def checks_of_packages(own: Collection[str]) -> tuple[Check, ...]:
    """One check for each entry point, which names a class that needs no arguments, by name.

    Args:
        own: ids of the checks of this package.

    Raises:
        InvalidInput: where an entry point has the name of one of these.
    """
    found = plugins_of("tuning_playbook.checks")
    for plugin in found:
        if plugin.name in own:
            raise InvalidInput(
                f"the package {plugin.package} declares a check {plugin.name}, which is the id of "
                "a check of tuning-playbook; rename its entry point, or uninstall the package"
            )
    return tuple(map(_check, found))


def _check(plugin: Plugin) -> Check:
    try:
        inner = cast("Callable[[], Check]", plugin.load())()
        title, source, premises = inner.title, inner.source, frozenset(inner.premises)
    except Exception as error:
        return _unusable(plugin, error)
    return _guarded(plugin, inner, title, source, premises)


def _guarded(
    plugin: Plugin, inner: Check, its_title: str, its_source: str, its_premises: frozenset[Premise]
) -> Check:
    class CheckOfPackage:
        """A check of another package, under the name of its entry point."""

        id: ClassVar[str] = plugin.name
        title: ClassVar[str] = its_title
        source: ClassVar[str] = its_source
        premises: ClassVar[frozenset[Premise]] = its_premises

        def run(self, table: TrialTable) -> tuple[Finding, ...]:
            """Its findings, or that it failed."""
            try:
                return tuple(replace(found, check=plugin.name) for found in inner.run(table))
            except Exception as error:
                return (_failed(plugin, error),)

    return CheckOfPackage()


def _unusable(plugin: Plugin, error: Exception) -> Check:
    class UnusableCheck:
        """A check of another package that cannot be loaded."""

        id: ClassVar[str] = plugin.name
        title: ClassVar[str] = f"Can {plugin.name} be loaded?"
        source: ClassVar[str] = ""
        premises: ClassVar[frozenset[Premise]] = frozenset()

        def run(self, table: TrialTable) -> tuple[Finding, ...]:
            """That it cannot."""
            del table
            return (_failed(plugin, error),)

    return UnusableCheck()


def _failed(plugin: Plugin, error: Exception) -> Finding:
    return Finding(
        plugin.name,
        Verdict.UNKNOWN,
        f"Cannot tell: {failure_words(plugin, 'check', error)}",
        evidence={"package": plugin.package},
        confidence="low",
    )
