"""What a round found, how far it can be trusted, and what would settle it."""
