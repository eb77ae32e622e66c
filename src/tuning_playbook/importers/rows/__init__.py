"""What the rows of a table are: trials, repeats, steps of one run or of several, or changes."""
