"""Whether a candidate's reruns are good enough to take the baseline's place."""
