"""Real runs that are killed, stopped and starved at random: see ``bench/kill_trials.py``."""
