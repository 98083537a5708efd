"""Chooses loopback ports: the usual one where it is free, else any free one."""

import socket
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Final

LOOPBACK: Final = "127.0.0.1"


def choose_port() -> int:
    """Return any port of the loopback address that nobody listens on."""
    return choose_ports({"any": None})["any"]


def choose_ports(usual: Mapping[str, int | None]) -> dict[str, int]:
    """Return a port of its own for each name.

    Args:
        usual: The port to prefer by name; None, or one that is taken, gives any free one.
    """
    chosen = {name: port for name, port in usual.items() if port is not None and is_free(port)}
    with ExitStack() as probes:
        # All probes stay open until the end, so that no port is given out twice.
        for name in usual.keys() - chosen.keys():
            probe = probes.enter_context(socket.socket())
            probe.bind((LOOPBACK, 0))
            chosen[name] = probe.getsockname()[1]
    return {name: chosen[name] for name in usual}


def is_free(port: int) -> bool:
    """Tell whether a program could listen on this loopback port now."""
    with socket.socket() as probe:
        # A server that ended a moment ago leaves TIME_WAIT pairs, which its successor may ignore.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def is_listening(port: int) -> bool:
    """Tell whether something accepts connections on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((LOOPBACK, port)) == 0
