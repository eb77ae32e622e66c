"""What each column of a study is: hyperparameter, result, seed, length, or none of these."""
