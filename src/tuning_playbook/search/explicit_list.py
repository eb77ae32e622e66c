"""Configurations written down by hand."""

from __future__ import annotations

from collections.abc import Sequence

from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Config
from tuning_playbook.study import Study
from tuning_playbook.trial import Trial


class ExplicitList:
    """The configurations of the study, in their order.

    Source: playbook, "Creating a set of studies".
    """

    def suggest(
        self, study: Study, *, start: int, count: int, finished: Sequence[Trial]
    ) -> tuple[Config, ...]:
        """See `tuning_playbook.search.base.Searcher.suggest`; ``finished`` is not looked at.

        Raises:
            InvalidInput: beyond the last configuration.
        """
        configs = study.configs[start : start + count]
        if len(configs) < count:
            raise InvalidInput(
                f"the study lists {len(study.configs)} configurations and {start + count} are "
                f"wanted; add some to configs, or set trials = {len(study.configs)}"
            )
        return tuple(dict(config) for config in configs)
