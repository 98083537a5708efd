"""A log of its own on a real MongoDB, for each test that asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs.chassis.mongo import Database, connect, disconnect
from libs.chassis.notes import NoteSigner
from services.certificates.adapters.log_store import MongoLogEntries
from services.certificates.adapters.log_tree import MongoLogTree
from tests.support.logging_process import NAME, opened
from tests.support.parts import MongoPart


@pytest.fixture
async def log_database(mongo: MongoPart) -> AsyncIterator[Database]:
    database = connect(mongo.url_for(NAME), NAME)
    for collection in await database.list_collection_names():
        await database.drop_collection(collection)
    yield database
    await disconnect(database)


@pytest.fixture
async def entries(log_database: Database) -> MongoLogEntries:
    return await opened(log_database)


@pytest.fixture
def tree(log_database: Database, entries: MongoLogEntries) -> MongoLogTree:
    return MongoLogTree(log_database, entries, NoteSigner("test/log", Ed25519PrivateKey.generate()))
