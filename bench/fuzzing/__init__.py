"""Damaged studies, stores and project files for the commands: see ``bench/fuzz.py``."""
