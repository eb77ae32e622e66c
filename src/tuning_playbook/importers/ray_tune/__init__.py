"""Experiment folders of Ray Tune."""
