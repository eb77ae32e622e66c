"""What the curves of a study show."""
