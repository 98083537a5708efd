"""The picture of the platform: which service hears another, and on what topics."""

from __future__ import annotations

from libs.contracts.catalogue.readers import Readers, topics_read
from libs.contracts.topics import PARTNERS, TOPICS


def drawn(readers: Readers) -> str:
    """A Mermaid flow chart with one arrow per pair of services, labelled with the topics between them."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for service, events in readers.items():
        read = {topic for event in events for topic in topics_read(service, event)}
        for topic in TOPICS:
            if topic.name in read:
                arrows.setdefault((topic.owner, service), []).append(topic.name)
    for topic in TOPICS:
        if PARTNERS in topic.readers:
            arrows.setdefault((topic.owner, PARTNERS), []).append(topic.name)
    lines = [f"  {service}[{service}] --- {service}_db[({service})]" for service in readers]
    lines += [
        f'  {owner} -->|"{"<br/>".join(names)}"| {_node(reader)}'
        for (owner, reader), names in sorted(arrows.items())
    ]
    return "\n".join(["```mermaid", "flowchart LR", *lines, "```"])


def _node(name: str) -> str:
    return f"{name}([{name}])" if name == PARTNERS else name
