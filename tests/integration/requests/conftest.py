"""The requests service's own parts on a real MongoDB, a fresh database for each module."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest

from libs.chassis.platform import Platform
from services.requests.adapters.directory import read_centres
from services.requests.handlers.seeding import register_centres
from services.requests.main import wire
from services.requests.ports import Deps
from services.requests.settings import RequestsSettings
from tests.support.parts import KafkaPart, MongoPart


@pytest.fixture(scope="module")
def settings(request: pytest.FixtureRequest, mongo: MongoPart, kafka: KafkaPart) -> RequestsSettings:
    """Settings whose database and consumer group no other module uses."""
    name = f"requests_{request.module.__name__.rpartition('.')[2]}"
    user, password = kafka.credentials("requests")
    return RequestsSettings(
        environment="test",
        http_port=0,
        public_origin="http://localhost:8080",
        mongo_url=mongo.url_for(name),
        mongo_database=name,
        kafka_bootstrap=kafka.bootstrap,
        kafka_user=user,
        kafka_password=password,
        kafka_security="SASL_PLAINTEXT",
        kek=os.urandom(32),
        lookup_key=os.urandom(32),
    )


@pytest.fixture(scope="module")
async def platform(settings: RequestsSettings) -> AsyncIterator[Platform]:
    platform = await Platform.open("requests", settings)
    yield platform
    await platform.close()


@pytest.fixture(scope="module")
async def deps(platform: Platform, settings: RequestsSettings) -> Deps:
    deps = await wire(platform, settings)
    await register_centres(deps, read_centres())
    return deps
