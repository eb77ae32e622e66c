"""The search seam: from a study to configurations. May import: study."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tuning_playbook.space import Config
from tuning_playbook.study import Study
from tuning_playbook.trial import Trial


class Searcher(Protocol):
    """Chooses the configurations of a study.

    For implementers: ``suggest`` is a pure function of its arguments, never changes the searcher,
    and may be called from any process in any order. A searcher that does not look at ``finished``
    is non-adaptive: configuration ``i`` must then be the same however the range of indices is cut
    into calls.
    """

    def suggest(
        self, study: Study, *, start: int, count: int, finished: Sequence[Trial]
    ) -> tuple[Config, ...]:
        """Configurations number ``start`` to ``start + count - 1`` of ``study``.

        Args:
            study: what is searched; ``study.space``, ``study.seed`` and ``study.configs`` decide.
            start: index of the first configuration wanted, from 0.
            count: how many.
            finished: trials that have ended, in order of their index; ignored by non-adaptive
                searchers.

        Returns:
            ``count`` mappings from key to value, holding exactly the hyperparameters of the space
            that are active under each configuration; plain Python values.

        Raises:
            InvalidInput: where the algorithm has no configuration of that number (a list or grid
                that has ended).
        """
        ...
