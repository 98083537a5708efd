"""How long the broker keeps what is on a topic."""

from __future__ import annotations

from deploy.kafka_access import topic_settings
from libs.contracts.event import Heartbeat
from libs.contracts.registry import EVENTS
from libs.contracts.topics import BY_NAME


def test_heartbeats_that_are_over_are_compacted_away_in_hours() -> None:
    topics = {
        BY_NAME[name] for event in EVENTS.values() if issubclass(event, Heartbeat) for name in event.topics
    }
    assert topics
    for topic in topics:
        assert topic_settings(topic)["cleanup.policy"] == "compact"
        assert topic_settings(topic)["max.compaction.lag.ms"] == str(6 * 3600 * 1000)


def test_other_topics_leave_that_to_the_broker() -> None:
    assert "max.compaction.lag.ms" not in topic_settings(BY_NAME["identity.persons"])
    assert topic_settings(BY_NAME["identity.codes"])["retention.ms"] == str(60 * 60 * 1000)
