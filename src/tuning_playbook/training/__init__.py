"""What runs inside a trial: its handle, journal and checkpoints. May import: study, trial.

Stands apart: knows nothing of stores, searches or launchers, and reads the project file only for a
script that is run by hand. PyTorch is imported only where its
state is saved, and only when the training program uses it.
"""
