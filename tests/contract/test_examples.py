"""Every event has one example, and the CloudEvents SDK and our envelope read each other's records."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event, to_binary_event
from cloudevents.core.v1.event import CloudEvent

from libs.contracts.event import Envelope, Event, MalformedEnvelope
from libs.contracts.registry import EVENTS, producer_of
from libs.contracts.schema import SCHEMAS

EXAMPLES = SCHEMAS.parent / "examples"
NONCE_AND_TAG_BYTES = 12 + 16

each_event = pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())


def _example(event: type[Event]) -> dict[str, Any]:
    example: dict[str, Any] = json.loads((EXAMPLES / f"{event.type_name()}.json").read_text("utf-8"))
    return example


def _headers(event: type[Event]) -> list[tuple[str, bytes]]:
    return [(name, value.encode()) for name, value in _example(event)["headers"].items()]


def _value(event: type[Event]) -> bytes:
    return json.dumps(_example(event)["data"]).encode()


def _envelope(event: type[Event]) -> Envelope:
    key = _example(event)["key"].encode()
    return Envelope.read(event.topics[0], key, _value(event), _headers(event))


def test_there_is_exactly_one_example_per_event() -> None:
    assert {path.stem for path in EXAMPLES.iterdir()} == set(EVENTS)


@each_event
def test_example_is_an_event_of_its_type(event: type[Event]) -> None:
    data = _example(event)["data"]
    assert event.model_validate(data).model_dump(mode="json") == data


@each_event
def test_example_shows_the_opened_part_exactly_where_something_is_sealed(event: type[Event]) -> None:
    example = _example(event)
    if event.secret is None:
        assert set(example) == {"key", "headers", "data"}
        return
    assert event.secret.model_validate(example["secret"]).model_dump(mode="json") == example["secret"]
    assert len(base64.b64decode(example["data"]["sealed"], validate=True)) > NONCE_AND_TAG_BYTES


@each_event
def test_sealed_words_do_not_stand_in_clear(event: type[Event]) -> None:
    example = _example(event)
    clear = json.dumps([example["headers"], example["data"]], ensure_ascii=False)
    for word in ("ZZ100005", "1994-03-08", "yassine", "ياسين", "48205913"):
        assert word not in clear


@each_event
def test_envelope_reads_the_headers_and_writes_the_same(event: type[Event]) -> None:
    envelope = _envelope(event)
    assert envelope.headers() == _headers(event)
    assert envelope.type == event.type_name()
    assert envelope.key == _example(event)["key"]
    assert envelope.source == f"/khadamaty/{producer_of(event)}"


@each_event
def test_sdk_reads_our_record(event: type[Event]) -> None:
    envelope = _envelope(event)
    message = KafkaMessage(dict(envelope.headers()), envelope.key, envelope.data)
    read = from_binary_event(message)
    assert (read.get_id(), read.get_type(), read.get_source()) == (
        envelope.id,
        envelope.type,
        envelope.source,
    )
    assert (read.get_subject(), read.get_time()) == (envelope.key, envelope.time)
    assert read.get_datacontenttype() == "application/json"
    assert read.get_extension("sequence") == str(envelope.sequence)
    assert read.get_data() == _example(event)["data"]


@each_event
def test_we_read_the_sdk_s_record(event: type[Event]) -> None:
    headers = _example(event)["headers"]
    names = ("id", "type", "source", "subject", "sequence", "correlationid")
    attributes: dict[str, Any] = {name: headers[f"ce_{name}"] for name in names}
    attributes["time"] = datetime.fromisoformat(headers["ce_time"])
    attributes["datacontenttype"] = "application/json"
    written = to_binary_event(
        CloudEvent(attributes, _example(event)["data"]), key_mapper=lambda _: headers["ce_subject"]
    )
    assert isinstance(written.key, str)
    read = Envelope.read(event.topics[0], written.key.encode(), written.value, list(written.headers.items()))
    ours = _envelope(event)
    assert (read.id, read.type, read.source, read.key) == (ours.id, ours.type, ours.source, ours.key)
    assert (read.sequence, read.time, read.correlation_id) == (ours.sequence, ours.time, ours.correlation_id)
    assert event.model_validate_json(read.data) == event.model_validate_json(ours.data)


@pytest.mark.parametrize("lost", ["ce_id", "ce_type", "ce_source", "ce_time", "ce_sequence"])
def test_a_record_without_a_required_attribute_is_malformed(lost: str) -> None:
    event = EVENTS["RequestSubmitted"]
    headers = [(name, value) for name, value in _headers(event) if name != lost]
    with pytest.raises(MalformedEnvelope, match=lost):
        Envelope.read("requests.facts", b"key", _value(event), headers)


@each_event
def test_readers_ignore_a_field_that_they_do_not_know(event: type[Event]) -> None:
    data = _example(event)["data"]
    assert event.model_validate(data | {"added_later": 1}) == event.model_validate(data)
