"""What the cells of a table hold, and what the names of its columns say."""
