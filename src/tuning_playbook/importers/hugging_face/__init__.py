"""What a Hugging Face Trainer leaves of a run."""
