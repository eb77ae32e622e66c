"""What every page is made with: templates, scripts, whole files. May import: phrases."""
