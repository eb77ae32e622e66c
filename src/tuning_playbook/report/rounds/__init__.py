"""The report on a round, each study with its figures. May import: pages, phrases."""
