"""How a project came to where it is. May import: rounds, pages, phrases."""
