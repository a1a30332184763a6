"""Whether anybody is there where Spark is said to be: asked at once, as Spark tries for long."""

from __future__ import annotations

import os
import re
import socket

from targeter.errors import TargeterError

_PATIENCE = 10  # seconds
# Where a Connect server listens that says nothing else.
_CONNECT_PORT = 15002
_ADDRESS = re.compile(r"(?P<scheme>spark|sc)://(?P<hosts>[^/;?]+)")
_HOST = re.compile(r"(?P<host>\[[^\]]+\]|[^:]+)(?::(?P<port>\d+))?")
# Behind a proxy a server is reached without being seen from here.
_PROXIES = ("grpc_proxy", "https_proxy", "http_proxy")


class NobodyThere(TargeterError):
    """There is no master, or no Connect server, at the address in the settings."""


def refuse_nobody(address: str) -> None:
    """Raise `NobodyThere` where none of the hosts of an address takes a connection.

    An address has one host, or a few masters of which one leads (`spark://a:7077,b:7077`). Of other
    managers of clusters, and of this machine, nothing is asked.
    """
    found = _ADDRESS.match(address)
    if found is None or (found["scheme"] == "sc" and any(map(os.environ.get, _PROXIES))):
        return
    said = [_reached(host) for host in found["hosts"].split(",")]
    if None in said:
        return
    what = "Spark Connect server" if found["scheme"] == "sc" else "master of Spark"
    message = f"there is no {what} at {found['hosts']}: {said[0]}"
    raise NobodyThere(message, help="its address stands under spark: in targeter.yaml")


def _reached(text: str) -> str | None:
    """Why a host can't be reached; None where it can."""
    found = _HOST.fullmatch(text)
    if found is None:
        return "it is no host and port"
    host, port = found["host"].strip("[]"), int(found["port"] or _CONNECT_PORT)
    try:
        socket.create_connection((host, port), _PATIENCE).close()
    except (OSError, OverflowError) as error:
        return getattr(error, "strerror", None) or str(error)
    return None
