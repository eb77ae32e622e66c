"""Studies in tables, of any shape."""
