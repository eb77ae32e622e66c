"""Objects of JSON laid out as rows: lists, levels of names, columns, a file for each run."""
