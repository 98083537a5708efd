"""Chooses loopback ports: the usual one where it is free, else any free one."""

import socket
from typing import Final

LOOPBACK: Final = "127.0.0.1"


def choose_port(usual: int | None = None) -> int:
    """Return a port of the loopback address that nobody listens on.

    Args:
        usual: The port to prefer; None for any free one.
    """
    if usual is not None and is_free(usual):
        return usual
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


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
