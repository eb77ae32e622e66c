"""The digits project that ``playbook demo`` writes out; data, not code of this package."""
