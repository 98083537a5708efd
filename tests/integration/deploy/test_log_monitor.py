"""The log's monitor against a real broker, with the rights of its own, and the service's own routes."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from confluent_kafka import KafkaException, Producer, TopicPartition

from deploy.log_monitor.fetching import LogReader, Unreadable
from deploy.log_monitor.findings import Fault, Rules
from deploy.log_monitor.memory import Memory
from deploy.log_monitor.public_facts import TOPIC, BrokerAccess, FactReader, FactsUnreadable
from deploy.log_monitor.watching import Watch
from libs.chassis.clock import FixedClock
from libs.contracts.topics import MONITOR, TOPICS
from libs.ui.pages import Pages
from services.certificates import api, pages
from tests.support.certificates_world import new_world
from tests.support.honest_log import Served, honest, issue
from tests.support.memory_log import MemoryLog
from tests.support.parts import KafkaPart
from tests.support.visitors import ORIGIN, build_site

WORDS = Pages("services.certificates")


@pytest.fixture
def access(kafka: KafkaPart) -> BrokerAccess:
    return BrokerAccess(kafka.bootstrap, *kafka.credentials(MONITOR), "SASL_PLAINTEXT")


def publish(kafka: KafkaPart, served: Served, run: str, begin: int = 0) -> None:
    """Hand the invented facts to the broker as the service that owns the topic."""
    user, password = kafka.credentials("certificates")
    producer = Producer(
        {
            "bootstrap.servers": kafka.bootstrap,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "SCRAM-SHA-256",
            "sasl.username": user,
            "sasl.password": password,
            "acks": "all",
        }
    )
    refused: list[object] = []
    for fact in served.facts[begin:]:
        producer.produce(
            TOPIC,
            key=fact.told.certificate_id,
            value=fact.told.model_dump_json().encode(),
            headers={"ce_id": f"{run}-{fact.id}".encode()},
            timestamp=int(fact.published_at.timestamp() * 1000),
            on_delivery=lambda error, _message: refused.append(error) if error else None,
        )
    assert producer.flush(30) == 0
    assert refused == []


async def reader_of(log: MemoryLog) -> LogReader:
    world = await new_world()
    site = build_site(api.router, pages.router, translate=WORDS.word, on_error=WORDS.on_error)
    site.app.state.deps = world.with_parts(log=log, log_tree=log)
    site.app.state.pages = WORDS
    transport = httpx.ASGITransport(site.app, raise_app_exceptions=False)
    return LogReader(httpx.AsyncClient(transport=transport, base_url=ORIGIN))


async def test_an_honest_log_passes_and_a_rewritten_one_does_not(
    kafka: KafkaPart, access: BrokerAccess, tmp_path: Path
) -> None:
    served = honest(11)
    log = MemoryLog(leaves=served.leaves, signer=served.signer)
    await log.publish()
    reader, facts = await reader_of(log), FactReader(access)
    # Other tests' records lie on the same topic: this log's facts are those that come from here on.
    await asyncio.to_thread(facts.read)
    publish(kafka, served, "honest")
    state = tmp_path / "state.json"
    memory = Memory(served.signer.verifier)
    clock = FixedClock(served.now)
    watch = Watch(reader, facts, memory, state, Rules(), clock, lambda _line: None)
    assert await watch.round() == []
    assert watch.summary == f"{len(served.leaves)} entries, {len(served.facts)} facts"
    known = Memory.find(state)
    assert known is not None
    assert known.find_known() is not None

    served.now += timedelta(minutes=10)
    clock.advance(timedelta(minutes=10))
    told = issue(served, "unlogged")
    served.publish(told, served.now - timedelta(minutes=9))
    publish(kafka, served, "honest", len(served.facts) - 1)
    assert [finding.fault for finding in await watch.round()] == [Fault.FACT_UNLOGGED]

    served.leaves[3] = served.leaves[4]
    await log.publish()
    restarted = Watch(reader, facts, known, state, Rules(), clock, lambda _line: None)
    assert Fault.HEAD_FORKED in {finding.fault for finding in await restarted.round()}
    assert Fault.HEAD_FORKED in {finding.fault for finding in await watch.reread()}
    facts.close()


async def test_the_monitor_may_read_nothing_but_the_public_facts(access: BrokerAccess) -> None:
    facts = FactReader(access)
    await asyncio.to_thread(facts.read)
    visible = facts._consumer.list_topics(timeout=20).topics
    assert set(visible) & {topic.name for topic in TOPICS} == {TOPIC}
    facts._consumer.assign([TopicPartition("certificates.facts", 0, 0)])
    with pytest.raises(KafkaException):
        facts._consumer.get_watermark_offsets(TopicPartition("certificates.facts", 0), timeout=20)
    facts.close()


async def test_a_wrong_password_is_told(kafka: KafkaPart) -> None:
    facts = FactReader(BrokerAccess(kafka.bootstrap, MONITOR, "wrong", "SASL_PLAINTEXT"), patience_s=3.0)
    with pytest.raises(FactsUnreadable):
        await asyncio.to_thread(facts.read)
    facts.close()


async def test_a_log_that_does_not_answer_is_told() -> None:
    reader = LogReader.at("http://127.0.0.1:9")
    with pytest.raises(Unreadable):
        await reader.note()
    await reader.close()


def test_what_is_kept_is_read_back_and_a_foreign_head_refused(tmp_path: Path) -> None:
    served, state = honest(12), tmp_path / "state.json"
    assert Memory.find(state) is None
    memory = Memory(served.signer.verifier, served.signer.sign(served.head().text), served.now)
    memory.keep(state)
    assert Memory.find(state) == memory
    kept = json.loads(state.read_text())
    kept["checkpoint"] = honest(13).signer.sign(served.head().text)
    state.write_text(json.dumps(kept))
    with pytest.raises(ValueError, match="not signed"):
        Memory.find(state)
