"""Requests to the registry, bounded in size and time whatever it answers."""

import http.client
import io
import logging
import socket
import time
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
        opened = connection.sock
        connection.sock = _TimedSocket(opened, time.monotonic() + DEADLINE_SECONDS)
        try:
            connection.request(method, path, headers={"Accept": accept, "Connection": "close"})
            response = connection.getresponse()
            body = response.read(MOST_BYTES + 1)
        except TimeoutError as error:
            sentence = f"It took more than {DEADLINE_SECONDS} seconds to answer."
            raise Failure(504, "The registry is too slow", sentence) from error
        except OSError as error:
            _log.error("registry: %s %s: %r", method, path, error)
            raise _away("The registry broke the connection off.") from error
        # A length or a number of a chunk that is none is a ValueError.
        except (http.client.HTTPException, ValueError) as error:
            _log.error("registry: %s %s: %r", method, path, error)
            raise garbage("What it answered is not HTTP.") from error
        finally:
            opened.close()
        if len(body) > MOST_BYTES:
            raise garbage("Its answer is longer than 4 MiB, so the rest was not read.")
        # What is missing of the length that was told.
        if response.length:
            raise _away("The registry broke the connection off.")
        return Answer(response.status, response.headers, body)


class _TimedSocket:
    """The part of a socket that `http.client` uses, with one limit for everything that is sent and read.

    A limit of each read alone would let bytes drip for ever.
    """

    def __init__(self, connection: socket.socket, end: float):
        self._connection = connection
        self._end = end

    def limit(self) -> socket.socket:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection

    def sendall(self, data: bytes) -> None:
        self.limit().sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self))

    def close(self) -> None:
        """`http.client` lets go of it before the answer is read. The request closes it when it is."""


class _TimedReader(io.RawIOBase):
    def __init__(self, connection: _TimedSocket):
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        return self._connection.limit().recv_into(buffer)


def _away(sentence: str) -> Failure:
    return Failure(503, "The registry is away", sentence)
