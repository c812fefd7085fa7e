"""The registry's API: repositories, tags, manifests, configs, deletion."""

import hashlib
import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from registry_web.failure import Failure, garbage
from registry_web.http import Answer, Client
from registry_web.names import Reference, is_digest, is_name, is_tag

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
# Schema 1 is asked for, too, so that it is told apart from an image that is not there.
_SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"
_ACCEPT = ", ".join([OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST, f"{_SCHEMA_1};q=0.5"])


@dataclass(frozen=True)
class Repositories:
    """A page of the catalogue."""

    names: list[str]
    # What the next page begins behind, when there is one.
    last: str | None


@dataclass(frozen=True)
class RawManifest:
    media_type: str
    digest: str
    document: dict


@dataclass(frozen=True)
class Description:
    media_type: str
    digest: str


class Registry:
    def __init__(self, client: Client):
        self._client = client

    def check(self) -> None:
        """Whether the registry is there and lets us in."""
        _require_ok(self._client.request("GET", "/v2/"), "The registry")

    def repositories(self, most: int, after: str) -> Repositories:
        query = {"n": most, "last": after} if after else {"n": most}
        answer = self._client.request("GET", f"/v2/_catalog?{urlencode(query)}")
        if answer.status == 404:
            raise Failure(502, "No list of repositories", "The registry does not offer one. Images are still found by their names.")
        _require_ok(answer, "The list of repositories")
        listed = _list_of(_parse_object(answer.body), "repositories")
        names = [name for name in listed if is_name(name)]
        # A registry that takes no notice of `n` sends everything at once.
        if len(names) > most:
            return Repositories(names[:most], names[most - 1])
        return Repositories(names, _last_of(answer.headers.get("Link", "")))

    def tags(self, name: str) -> list[str]:
        """The tags of a repository, in order; none when all its images have been deleted."""
        answer = self._client.request("GET", f"/v2/{quote(name)}/tags/list")
        if answer.status == 404:
            raise Failure(404, "No such repository", "The registry has no repository of this name, or nothing in it any more.")
        _require_ok(answer, "The list of tags")
        return sorted({tag for tag in _list_of(_parse_object(answer.body), "tags") if is_tag(tag)})

    def manifest(self, reference: Reference) -> RawManifest:
        answer = self._client.request("GET", _manifest_path(reference), _ACCEPT)
        if answer.status == 404:
            raise _no_image(reference)
        _require_ok(answer, "The manifest")
        document = _parse_object(answer.body)
        if document.get("schemaVersion") == 1:
            raise Failure(501, "An image of an old kind", f"The manifest of {reference} is of schema 1, which is retired. Push the image again with an Engine of today.")
        return RawManifest(answer.headers.get_content_type(), _digest_of(answer, reference), document)

    def describe(self, reference: Reference) -> Description:
        """What can be said of an image without reading its manifest, also of those of schema 1."""
        answer = self._client.request("HEAD", _manifest_path(reference), _ACCEPT)
        if answer.status == 404:
            raise _no_image(reference)
        _require_ok(answer, "The manifest")
        digest = answer.headers.get("Docker-Content-Digest", "")
        if not is_digest(digest):
            raise garbage("It does not say the digest of the image.")
        return Description(answer.headers.get_content_type(), digest)

    def config(self, name: str, digest: str) -> dict:
        answer = self._client.request("GET", f"/v2/{quote(name)}/blobs/{digest}")
        if answer.status == 404:
            raise Failure(404, "A blob is missing", "The registry has lost the image's configuration: no history and no settings can be shown.")
        _require_ok(answer, "The image's configuration")
        if _digest_of_bytes(answer.body, digest) != digest:
            raise garbage("The image's configuration does not have the digest that the manifest names.")
        return _parse_object(answer.body)

    def has_blob(self, name: str, digest: str) -> bool:
        return self._client.request("HEAD", f"/v2/{quote(name)}/blobs/{digest}").status != 404

    def delete(self, name: str, digest: str) -> None:
        answer = self._client.request("DELETE", f"/v2/{quote(name)}/manifests/{digest}")
        if answer.status == 404:
            raise Failure(404, "No such image", "The registry has no image of this digest. Somebody else may have deleted it.")
        if answer.status == 405:
            raise Failure(409, "Not deleted", "The registry does not allow images to be deleted.")
        if answer.status != 202:
            _require_ok(answer, "The deletion")


def _no_image(reference: Reference) -> Failure:
    return Failure(404, "No such image", f"The registry has no image {reference}. It may have been deleted.")


def _manifest_path(reference: Reference) -> str:
    return f"/v2/{quote(reference.name)}/manifests/{quote(reference.last, safe=':')}"


def _require_ok(answer: Answer, what: str) -> None:
    if answer.status == 200:
        return
    if answer.status in (401, 403):
        raise Failure(502, "The registry refuses", f"{what} is not for this page to see: the registry answered {answer.status}.")
    if answer.status == 503:
        raise Failure(503, "The registry is away", "It says that it cannot work at the moment (503). Its log says why.")
    raise Failure(502, "The registry cannot answer", f"{what} was answered with status {answer.status}.")


def _parse_object(body: bytes) -> dict:
    try:
        document = json.loads(body)
    # Not UTF-8, not JSON, a number too long to be read, or too many brackets.
    except (ValueError, RecursionError) as error:
        raise garbage("What it answered is not JSON.") from error
    if not isinstance(document, dict):
        raise garbage("What it answered is not a JSON object.")
    return document


def _list_of(document: dict, key: str) -> list:
    """A list; null stands for an empty one, as for a repository whose images were deleted."""
    listed = document.get(key)
    if listed is None and key in document:
        return []
    if not isinstance(listed, list):
        raise garbage(f'Its answer has no list "{key}".')
    return listed


def _digest_of(answer: Answer, reference: Reference) -> str:
    """The digest of a manifest, proved by its bytes."""
    told = reference.digest or answer.headers.get("Docker-Content-Digest", "")
    digest = _digest_of_bytes(answer.body, told)
    if told not in ("", digest):
        raise garbage(f"The manifest of {reference} does not have the digest that the registry says.")
    return digest


def _digest_of_bytes(body: bytes, like: str) -> str:
    algorithm = "sha512" if like.startswith("sha512:") else "sha256"
    return f"{algorithm}:{hashlib.new(algorithm, body).hexdigest()}"


def _last_of(link: str) -> str | None:
    """`last` of a header such as `</v2/_catalog?last=b&n=2>; rel="next"`. Nothing else of it is used."""
    found = re.fullmatch(r'\s*<([^<>]{1,2048})>\s*;\s*rel="?next"?\s*', link)
    if found is None:
        return None
    try:
        last = parse_qs(urlsplit(found[1]).query).get("last", [])
    except ValueError:
        return None
    return last[0] if last and is_name(last[0]) else None
