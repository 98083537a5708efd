"""The event catalogue as AsyncAPI 3.0, for machines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import models_json_schema

from libs.contracts.catalogue.readers import Readers, carried_by, topics_read
from libs.contracts.catalogue.tables import kept, purpose_of
from libs.contracts.event import Data, Event
from libs.contracts.registry import EVENTS
from libs.contracts.topics import PARTNERS, SERVICES, TOPICS, Topic

Json = dict[str, Any]

_MS_PER_MINUTE = 60_000
_KAFKA_BINDING = "0.5.0"
_MEANINGS = {
    "ce_specversion": "Always 1.0.",
    "ce_id": "The event's id, and the idempotency key of its effects.",
    "ce_type": "The event's name.",
    "ce_source": "The service that published it.",
    "ce_subject": "The aggregate's id, equal to the record's key.",
    "ce_time": "When it happened, UTC (RFC 3339).",
    "ce_sequence": "Its place among the records of this topic and key, from 1, without gaps.",
    "ce_correlationid": "Joins everything that one request of a person set off.",
    "ce_replayed": "`true` where a rebuild publishes it again.",
    "traceparent": "W3C Trace Context.",
    "content-type": "Always application/json.",
}
_ALWAYS = (
    "ce_specversion",
    "ce_id",
    "ce_type",
    "ce_source",
    "ce_subject",
    "ce_time",
    "ce_sequence",
    "content-type",
)


def described(readers: Readers, version: str) -> Json:
    """The AsyncAPI 3.0.0 document of the whole platform.

    Args:
        readers: What each service reads.
        version: The platform's version.
    """
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Khadamaty",
            "version": version,
            "description": "The facts by which Khadamaty's five services talk. Printed by `make catalogue`.",
        },
        "defaultContentType": "application/json",
        "servers": _servers(),
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": dict(_operations(readers)),
        "components": {
            "securitySchemes": {
                "scram": {
                    "type": "scramSha256",
                    "description": "One principal per service, and ACLs per topic.",
                }
            },
            "messageTraits": {"cloudEvent": _trait()},
            "messages": {name: _message(event) for name, event in EVENTS.items()},
            "schemas": _schemas(),
        },
    }


def _servers() -> Json:
    variables = {"bootstrap": {"description": "Bootstrap address, host:port", "default": "localhost:9092"}}
    return {
        name: {
            "host": "{bootstrap}",
            "protocol": protocol,
            "description": description,
            "variables": variables,
            "security": [{"$ref": "#/components/securitySchemes/scram"}],
        }
        for name, protocol, description in (
            ("cluster", "kafka-secure", "A cluster, over TLS"),
            ("local", "kafka", "The local broker, on loopback only"),
        )
    }


def _channel(topic: Topic) -> Json:
    settings: Json = {"cleanup.policy": [topic.cleanup]}
    if topic.cleanup == "delete":
        minutes = topic.retention_minutes
        settings["retention.ms"] = -1 if minutes is None else minutes * _MS_PER_MINUTE
    return {
        "address": topic.name,
        "description": f"Key: {topic.key}. Owner: {topic.owner}. Kept: {kept(topic)}.",
        "messages": {
            event.type_name(): {"$ref": f"#/components/messages/{event.type_name()}"}
            for event in carried_by(topic.name)
        },
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": settings,
                "bindingVersion": _KAFKA_BINDING,
            }
        },
    }


def _operations(readers: Readers) -> Iterable[tuple[str, Json]]:
    for service in SERVICES:
        for topic in TOPICS:
            if topic.owner == service and (events := carried_by(topic.name)):
                yield f"{service}.send.{topic.name}", _operation(service, "send", topic, events)
        heard = readers.get(service, ())
        for topic in TOPICS:
            if events := tuple(event for event in heard if topic.name in topics_read(service, event)):
                yield f"{service}.receive.{topic.name}", _operation(service, "receive", topic, events)
    for topic in TOPICS:
        if PARTNERS in topic.readers:
            events = carried_by(topic.name)
            yield f"{PARTNERS}.receive.{topic.name}", _operation(PARTNERS, "receive", topic, events)


def _operation(who: str, action: str, topic: Topic, events: Iterable[type[Event]]) -> Json:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "tags": [{"name": who}],
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{event.type_name()}"} for event in events],
    }


def _trait() -> Json:
    return {
        "headers": {
            "type": "object",
            "properties": {name: {"type": "string", "description": text} for name, text in _MEANINGS.items()},
            "required": list(_ALWAYS),
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "The aggregate's id."},
                "bindingVersion": _KAFKA_BINDING,
            }
        },
    }


def _message(event: type[Event]) -> Json:
    message: Json = {
        "name": event.type_name(),
        "summary": purpose_of(event),
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": {"$ref": f"#/components/schemas/{event.type_name()}"},
    }
    if event.secret is not None:
        message["x-sealed"] = {"$ref": f"#/components/schemas/{event.secret.__name__}"}
    return message


def _schemas() -> Json:
    models: set[type[Data]] = set(EVENTS.values()) | {
        event.secret for event in EVENTS.values() if event.secret
    }
    ordered = sorted(models, key=lambda model: model.__name__)
    _, document = models_json_schema(
        [(model, "validation") for model in ordered], ref_template="#/components/schemas/{model}"
    )
    schemas: Json = document["$defs"]
    return schemas
