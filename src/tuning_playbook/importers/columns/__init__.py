"""What one column of a table is, by its name, its declaration and its values."""
