"""W&B's runs: what its program writes, and exports of its website and its API."""
