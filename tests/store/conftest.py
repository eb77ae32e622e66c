"""A real PostgreSQL server for the tests that are marked ``postgres``."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from tests.waiting import DEADLINE_SECONDS

_NAMES = count()


def _binaries() -> Path | None:
    found = [Path(p).parent for p in [shutil.which("initdb")] if p]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((f for f in found if (f / "initdb").exists()), None)


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def _start(control: list[str], folder: Path) -> int:
    """Start the server at a free port; the port."""
    for attempts_left in reversed(range(5)):
        port = _free_port()
        settings = (
            f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} "
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=16MB"
        )
        wait = ["-w", "-t", str(DEADLINE_SECONDS)]
        try:
            _run([*control, *wait, "-l", str(folder / "log"), "-o", settings, "start"])
        except subprocess.CalledProcessError:
            # Another program may have taken the port since it was found free.
            if not attempts_left:
                raise
        else:
            return port
    raise AssertionError


def _run(arguments: list[str]) -> None:
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, timeout=DEADLINE_SECONDS)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a fresh server, without a database name."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server on this machine; apt-get install postgresql")
    # In the temporary folder: the server runs as another user, who must be able to reach it.
    folder = Path(tempfile.mkdtemp(prefix="playbook-postgres-"))
    as_user: list[str] = []
    if os.getuid() == 0:  # the server refuses root
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    control = [*as_user, str(binaries / "pg_ctl"), "-D", str(folder / "data")]
    try:
        _run(
            [*as_user, str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "tester",
             "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        )  # fmt: skip
        port = _start(control, folder)
        try:
            yield f"postgresql://tester@127.0.0.1:{port}"
        finally:
            _run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """URL of an empty database of its own."""
    psycopg = pytest.importorskip("psycopg", reason="the extra [postgresql] is not installed")
    name = f"test_{os.getpid()}_{next(_NAMES)}"
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{postgres_server}/{name}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty SQL store, once for each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    url: str = request.getfixturevalue("postgres_url")
    return url
