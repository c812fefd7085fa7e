"""Names, tags and digests as the distribution specification has them.

https://github.com/opencontainers/distribution-spec/blob/v1.0.1/spec.md#pull
"""

import re
from dataclasses import dataclass

from registry_web.failure import Failure

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
# What names are made of, in the order of the catalogue: there `/` goes before all others.
_ORDER = "/-.0123456789_abcdefghijklmnopqrstuvwxyz"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


def is_name(text: object) -> bool:
    return isinstance(text, str) and len(text) <= 255 and _NAME.fullmatch(text) is not None


def is_tag(text: object) -> bool:
    return isinstance(text, str) and _TAG.fullmatch(text) is not None


def is_digest(text: object) -> bool:
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


@dataclass(frozen=True)
class Reference:
    """An image in a repository, by its tag or its digest."""

    name: str
    tag: str | None
    digest: str | None

    @property
    def last(self) -> str:
        """What the API wants behind `manifests/`."""
        return self.digest or self.tag or ""

    def __str__(self) -> str:
        return f"{self.name}@{self.digest}" if self.digest else f"{self.name}:{self.tag}"


def parse_name(text: str) -> str:
    if not is_name(text):
        raise Failure(404, "No such repository", "The address names no repository: names have small letters, digits and . _ - / only.")
    return text


def parse_reference(text: str) -> Reference:
    """`name:tag` or `name@digest`; a name holds neither `:` nor `@`."""
    name, at, digest = text.partition("@")
    if at and is_name(name) and is_digest(digest):
        return Reference(name, None, digest)
    name, colon, tag = text.partition(":")
    if colon and is_name(name) and is_tag(tag):
        return Reference(name, tag, None)
    raise Failure(404, "No such image", "The address names no image: it has the form NAME:TAG or NAME@DIGEST.")


def just_before(start: str) -> str:
    """A text behind every name that goes before `start`: the catalogue begins behind what it is given."""
    start = start.strip().lower().rstrip("/")
    place = _ORDER.find(start[-1:]) if start else -1
    # `~` goes behind everything that a name may hold.
    return f"{start[:-1]}{_ORDER[place - 1]}~" if place > 0 else start
