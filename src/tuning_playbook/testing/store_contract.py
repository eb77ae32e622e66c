"""What every store must do. For implementers of `tuning_playbook.store.Store`.

Subclass `StoreContract` in a test module and give it a fixture ``store`` that yields an empty one.
"""

from __future__ import annotations

from tuning_playbook.testing.curve_contract import _Curves
from tuning_playbook.testing.design_contract import _Designs
from tuning_playbook.testing.lease_contract import _Leases
from tuning_playbook.testing.logbook_contract import _Logbook
from tuning_playbook.testing.withdrawal_contract import _Withdrawals


class StoreContract(_Designs, _Leases, _Curves, _Logbook, _Withdrawals):
    """Every rule of `tuning_playbook.store.Store` that one process can see."""
