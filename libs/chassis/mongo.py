"""The one place where a MongoDB driver is chosen and its client set up."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal, cast

from gridfs.asynchronous import AsyncGridFSBucket
from pymongo import AsyncMongoClient, ReplaceOne, ReturnDocument, UpdateOne
from pymongo.asynchronous.change_stream import AsyncDatabaseChangeStream
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    NotPrimaryError,
    PyMongoError,
    ServerSelectionTimeoutError,
    WTimeoutError,
)
from pymongo.read_concern import ReadConcern

Document = dict[str, Any]
Collection = AsyncCollection[Document]
Database = AsyncDatabase[Document]
Bucket = AsyncGridFSBucket
Driver = Literal["pymongo", "motor"]

#: What a caller may try again once the server answers.
UNREACHABLE = (
    ConnectionFailure,
    ExecutionTimeout,
    NotPrimaryError,
    ServerSelectionTimeoutError,
    WTimeoutError,
)

#: A read of what was on a majority at one moment, however many documents it goes through.
SNAPSHOT = ReadConcern("snapshot")

__all__ = [
    "SNAPSHOT",
    "UNREACHABLE",
    "Bucket",
    "BulkWriteError",
    "Collection",
    "Database",
    "Document",
    "Driver",
    "DuplicateKeyError",
    "PyMongoError",
    "ReplaceOne",
    "ReturnDocument",
    "UpdateOne",
    "bucket",
    "connect",
    "disconnect",
    "duplicates_in",
    "watch",
]

_DUPLICATE_KEY = 11000

#: An acknowledged write is on disk on a majority, a read sees only such, and a dead server is told soon.
_OPTIONS: Mapping[str, Any] = {
    "w": "majority",
    "journal": True,
    "readConcernLevel": "majority",
    "retryWrites": True,
    "serverSelectionTimeoutMS": 1500,
    "connectTimeoutMS": 1500,
    "socketTimeoutMS": 10_000,
    "tz_aware": True,
    "appname": "khadamaty",
}


def connect(url: str, database: str, driver: Driver = "pymongo") -> Database:
    """Open a client on the running event loop and name its database.

    Args:
        url: A MongoDB connection string with user, password and replica set.
        database: The service's own database.
        driver: `pymongo` (its asyncio client) or `motor`; both serve the calls that this project makes.

    Returns:
        The database; a motor database answers the same awaited calls, so it is typed as the other one's.
    """
    if driver == "motor":
        from motor.motor_asyncio import AsyncIOMotorClient  # noqa: PLC0415 - loaded only when chosen

        return cast("Database", AsyncIOMotorClient(url, **_OPTIONS)[database])
    client: AsyncMongoClient[Document] = AsyncMongoClient(url, **_OPTIONS)
    return client[database]


def duplicates_in(error: BulkWriteError) -> frozenset[int]:
    """The places of what a bulk write found to be there already.

    Args:
        error: What the bulk write raised.

    Raises:
        BulkWriteError: Something else went wrong too, or what was written isn't on a majority.
    """
    faults = error.details["writeErrors"]
    if error.details["writeConcernErrors"] or any(fault["code"] != _DUPLICATE_KEY for fault in faults):
        raise error
    return frozenset(int(fault["index"]) for fault in faults)


async def disconnect(database: Database) -> None:
    """Close the client behind `database`."""
    closing: Any = database.client.close()
    if inspect.isawaitable(closing):
        await closing


def bucket(database: Database, name: str) -> Bucket:
    """The GridFS bucket `name` of `database`, by whichever driver opened it."""
    opened: Any = database
    if isinstance(opened, AsyncDatabase):
        return AsyncGridFSBucket(database, bucket_name=name)
    from motor.motor_asyncio import AsyncIOMotorGridFSBucket  # noqa: PLC0415 - loaded only when chosen

    return cast("Bucket", AsyncIOMotorGridFSBucket(opened, bucket_name=name))


@asynccontextmanager
async def watch(
    database: Database, pipeline: Sequence[Mapping[str, Any]]
) -> AsyncIterator[AsyncDatabaseChangeStream[Document]]:
    """Follow the changes of `database` that `pipeline` lets through."""
    opening: Any = database.watch(list(pipeline), max_await_time_ms=1000)
    stream: AsyncDatabaseChangeStream[Document] = await opening if inspect.isawaitable(opening) else opening
    async with stream:
        yield stream
