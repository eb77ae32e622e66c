"""Configurations written down by hand."""

from __future__ import annotations

from collections.abc import Sequence

from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Config
from tuning_playbook.study import Study
from tuning_playbook.trial import Trial


class ExplicitList:
    """``study.configs``, in their order."""

    def suggest(
        self, study: Study, *, start: int, count: int, finished: Sequence[Trial]
    ) -> tuple[Config, ...]:
        """See `tuning_playbook.search.base.Searcher.suggest`; ``finished`` is not looked at."""
        configs = study.configs[start : start + count]
        if len(configs) < count:
            raise InvalidInput(
                f"the list has {len(study.configs)} configurations and {start + count} are wanted; "
                "add some to the round's configs"
            )
        return tuple(dict(config) for config in configs)
