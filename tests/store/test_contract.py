from collections.abc import Iterator
from pathlib import Path

import pytest

from tuning_playbook.store import MemoryStore, Store, open_store
from tuning_playbook.testing.store_contract import StoreContract


class TestMemory(StoreContract):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()


class TestSqlite(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        store = open_store("sqlite:///store.db", folder=tmp_path)
        yield store
        store.close()


@pytest.mark.postgres
class TestPostgresql(StoreContract):
    @pytest.fixture
    def store(self, postgres_url: str) -> Iterator[Store]:
        store = open_store(postgres_url)
        yield store
        store.close()
