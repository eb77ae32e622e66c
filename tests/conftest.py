"""What holds for all tests."""

import socket

import pytest
from hypothesis import HealthCheck, settings

# Speed is measured in bench/; a busy machine fails no test
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture
def silent_port():
    """A port of this machine that nobody listens at and nobody else can take."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]
