"""What a cell of a table holds."""
