"""Whether one arm of other people's runs is better than another."""
