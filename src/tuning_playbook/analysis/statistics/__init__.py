"""Statistics that know nothing of studies: ranks, shares, several tests at once."""
