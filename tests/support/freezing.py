"""Stops a program in the middle of whatever it does, and lets it go on as if nothing had been."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.children import Child
from deploy.local.parts import Kafka
from tests.support.containers import KafkaContainer
from tests.support.parts import KafkaPart


@contextmanager
def frozen(child: Child) -> Iterator[None]:
    """A process that stands still meanwhile."""
    assert child.pid is not None
    os.kill(child.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(child.pid, signal.SIGCONT)


@contextmanager
def frozen_broker(kafka: KafkaPart) -> Iterator[None]:
    """A broker that keeps its connections and says nothing meanwhile."""
    if isinstance(kafka, KafkaContainer):
        kafka.freeze()
        try:
            yield
        finally:
            kafka.thaw()
        return
    assert isinstance(kafka, Kafka)
    with frozen(kafka.child):
        yield
