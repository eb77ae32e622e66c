"""Whether one arm is better than another, and how sure that is."""
