"""What columns are by each other: computed, measured, crossed, repeated."""
