"""What holds for all tests."""

from hypothesis import settings

# Speed is measured in bench/; a busy machine fails no test
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
