"""What several answers say in the same words. May import: the rooms below report."""
