"""Requests to the registry, bounded in size and time whatever it answers."""

import http.client
import logging
import socket
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from registry_web.failure import Failure, garbage

CONNECT_SECONDS = 3
# From the request to the last byte of the answer.
DEADLINE_SECONDS = 8
# The most that the specification asks a registry to take for an image manifest.
MOST_BYTES = 4 * 1024 * 1024

_log = logging.getLogger("gunicorn.error")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Client:
    """Speaks HTTP with one server. A connection serves one request, so nothing is shared by threads."""

    def __init__(self, url: str):
        self._url = urlsplit(url)

    def request(self, method: str, path: str, accept: str = "*/*") -> Answer:
        is_https = self._url.scheme == "https"
        kind = http.client.HTTPSConnection if is_https else http.client.HTTPConnection
        connection = kind(self._url.hostname, self._url.port, timeout=CONNECT_SECONDS)
        try:
            connection.connect()
        except OSError as error:
            _log.error("registry: %s", error)
            raise _away("The registry does not answer. It may be stopped, or still be starting.") from error
        connection.sock.settimeout(DEADLINE_SECONDS)
        with _Watch(connection.sock) as watch:
            try:
                connection.request(method, path, headers={"Accept": accept, "Connection": "close"})
                response = connection.getresponse()
                body = response.read(MOST_BYTES + 1)
            # A length or a number of a chunk that is none is a ValueError.
            except (OSError, http.client.HTTPException, ValueError) as error:
                _log.error("registry: %s %s: %r", method, path, error)
                if watch.has_ended_it or isinstance(error, TimeoutError):
                    raise _slow() from error
                if isinstance(error, OSError):
                    raise _away("The registry broke the connection off.") from error
                raise garbage("What it answered is not HTTP.") from error
            finally:
                connection.close()
        if len(body) > MOST_BYTES:
            raise garbage("Its answer is longer than 4 MiB, so the rest was not read.")
        # A connection that ends early looks like the end of an answer that tells no length.
        if watch.has_ended_it:
            raise _slow()
        return Answer(response.status, response.headers, body)


class _Watch:
    """Ends a connection after the deadline: a limit of each read alone would let bytes drip for ever."""

    def __init__(self, connection: socket.socket):
        self._connection = connection
        self._timer = threading.Timer(DEADLINE_SECONDS, self._end)
        self._timer.daemon = True
        self.has_ended_it = False

    def _end(self) -> None:
        self.has_ended_it = True
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            # It has just ended by itself.
            pass

    def __enter__(self) -> "_Watch":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def _away(sentence: str) -> Failure:
    return Failure(503, "The registry is away", sentence)


def _slow() -> Failure:
    return Failure(504, "The registry is too slow", f"It took more than {DEADLINE_SECONDS} seconds to answer.")
