"""Methods compared, from a file or a project. May import: verdicts, pages, phrases."""
