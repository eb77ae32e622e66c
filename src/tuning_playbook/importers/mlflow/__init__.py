"""MLflow's stores, of files and in SQL."""
