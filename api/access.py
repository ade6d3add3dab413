"""Who may come in: everyone on loopback, bearers of the token anywhere else."""

from __future__ import annotations

import hmac
import ipaddress
import socket

from fastapi import Request

from api.errors import NoAccess
from corpus.settings import Settings
from corpus.words import Fault


class NoToken(Fault):
    """The server was to listen beyond this machine without an access token."""

    code = "no_token"


class PortInUse(Fault):
    """Another program listens on the port."""

    code = "port_in_use"


def is_loopback(host: str) -> bool:
    """Is this an address that only this machine can reach?"""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(settings: Settings) -> socket.socket:
    """A listening socket. Raises NoToken on any address but loopback without a token, PortInUse."""
    if not is_loopback(settings.host) and not _token(settings):
        raise NoToken(host=settings.host)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen()  # from now on the port is ours, and who calls before we answer waits
    except OSError as error:
        listener.close()
        raise PortInUse(host=settings.host, port=settings.port, error=error.strerror) from error
    return listener


def admit(request: Request) -> None:
    """Let a request in, if no token is set or it carries the right one. Raises NoAccess."""
    token = _token(request.app.state.settings)
    given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if token and not hmac.compare_digest(given.encode(), token.encode()):
        raise NoAccess()


def _token(settings: Settings) -> str:
    return settings.token.get_secret_value() if settings.token else ""
