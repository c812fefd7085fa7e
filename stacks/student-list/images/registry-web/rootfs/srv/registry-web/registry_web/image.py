"""Manifests and configs as values. They come from strangers: each part is checked when it is taken."""

from dataclasses import dataclass

from registry_web.failure import garbage
from registry_web.names import is_digest
from registry_web.registry import DOCKER_LIST, OCI_INDEX, RawManifest

# More of them are counted, and not shown.
MOST_LAYERS = 200
MOST_STEPS = 300
MOST_PLATFORMS = 100

_IMAGE_CONFIGS = (
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.oci.image.config.v1+json",
)


@dataclass(frozen=True)
class Blob:
    media_type: str
    digest: str
    size: int
    # Layers of some vendors lie elsewhere, and not in the registry.
    is_elsewhere: bool


@dataclass(frozen=True)
class Image:
    media_type: str
    digest: str
    config: Blob
    layers: list[Blob]
    annotations: dict[str, str]

    @property
    def size(self) -> int:
        """Bytes to fetch for the whole of it."""
        return self.config.size + sum(layer.size for layer in self.layers)

    @property
    def is_runnable(self) -> bool:
        """Whether it is an image, and not something else that is kept in a registry."""
        return self.config.media_type in _IMAGE_CONFIGS


@dataclass(frozen=True)
class Variant:
    """One image of an index."""

    digest: str
    platform: str
    # Of its manifest.
    size: int


@dataclass(frozen=True)
class Index:
    media_type: str
    digest: str
    variants: list[Variant]
    annotations: dict[str, str]


@dataclass(frozen=True)
class Step:
    """A line of an image's history."""

    created: str | None
    created_by: str
    comment: str
    # Place of its layer among the layers, from 1 on; none when it made no layer.
    layer: int | None


@dataclass(frozen=True)
class Settings:
    """What the config says of the image."""

    created: str | None
    author: str
    platform: str
    facts: list[tuple[str, str]]
    environment: list[str]
    labels: list[tuple[str, str]]
    history: list[Step]


def parse_manifest(raw: RawManifest) -> Image | Index:
    document = raw.document
    annotations = _texts(document.get("annotations"))
    if raw.media_type in (OCI_INDEX, DOCKER_LIST) or isinstance(document.get("manifests"), list):
        variants = [_parse_variant(each) for each in _list(document, "manifests")]
        return Index(raw.media_type, raw.digest, variants, annotations)
    config = _parse_blob(document.get("config"))
    layers = [_parse_blob(each) for each in _list(document, "layers")]
    return Image(raw.media_type, raw.digest, config, layers, annotations)


def parse_config(document: dict, layers: int) -> Settings:
    config = _object(document.get("config"))
    facts = [
        ("User", _text(config.get("User"))),
        ("Entrypoint", _words(config.get("Entrypoint"))),
        ("Command", _words(config.get("Cmd"))),
        ("Working folder", _text(config.get("WorkingDir"))),
        ("Ports", ", ".join(_object(config.get("ExposedPorts")))),
        ("Volumes", ", ".join(_object(config.get("Volumes")))),
        ("Stop signal", _text(config.get("StopSignal"))),
    ]
    return Settings(
        created=_text(document.get("created")) or None,
        author=_text(document.get("author")),
        platform=_platform(document),
        facts=[fact for fact in facts if fact[1]],
        environment=_some_texts(config.get("Env")),
        labels=sorted(_texts(config.get("Labels")).items()),
        history=_parse_history(document.get("history"), layers),
    )


def _parse_history(history: object, layers: int) -> list[Step]:
    steps = []
    made = 0
    entries = [each for each in history if isinstance(each, dict)] if isinstance(history, list) else []
    # When the numbers differ nobody knows which step made which layer.
    does_match = sum(not each.get("empty_layer") for each in entries) == layers
    for entry in entries:
        is_empty = bool(entry.get("empty_layer"))
        made += not is_empty
        steps.append(
            Step(
                created=_text(entry.get("created")) or None,
                created_by=_text(entry.get("created_by")),
                comment=_text(entry.get("comment")),
                layer=made if does_match and not is_empty else None,
            )
        )
    return steps


def _parse_variant(entry: object) -> Variant:
    blob = _parse_blob(entry)
    document = _object(entry)
    kind = _texts(document.get("annotations")).get("vnd.docker.reference.type")
    platform = _platform(_object(document.get("platform")))
    return Variant(blob.digest, kind if kind is not None and platform in ("", "unknown/unknown") else platform, blob.size)


def _parse_blob(entry: object) -> Blob:
    document = _object(entry)
    digest, size = document.get("digest"), document.get("size")
    if not is_digest(digest):
        raise garbage("The manifest names a part without a digest.")
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size < 2**63:
        raise garbage("The manifest names a part without a size.")
    return Blob(_text(document.get("mediaType")), digest, size, bool(document.get("urls")))


def _platform(document: dict) -> str:
    parts = [_text(document.get(key)) for key in ("os", "architecture", "variant")]
    return "/".join(part for part in parts if part)


def _list(document: dict, key: str) -> list:
    value = document.get(key)
    if not isinstance(value, list):
        raise garbage(f'The manifest has no list "{key}".')
    return value


def _object(value: object) -> dict:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> dict[str, str]:
    return {key: text for key, text in _object(value).items() if isinstance(text, str)}


def _some_texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _words(value: object) -> str:
    return value if isinstance(value, str) else " ".join(_some_texts(value))
