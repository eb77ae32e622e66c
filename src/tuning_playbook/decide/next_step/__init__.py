"""What to do next in a project."""
