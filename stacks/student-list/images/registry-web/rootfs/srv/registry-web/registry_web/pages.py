"""What each page shows, read from the registry."""

from dataclasses import dataclass

from registry_web.failure import Failure
from registry_web.image import MOST_LAYERS, Image, Index, Settings, parse_config, parse_manifest
from registry_web.names import Reference
from registry_web.registry import DOCKER_LIST, OCI_INDEX, Registry
from registry_web.together import Together

REPOSITORIES_A_PAGE = 50
TAGS_A_PAGE = 25
# A repository with more tags than this is not looked through as a whole before something is deleted.
MOST_TAGS_LOOKED_AT = 500


@dataclass(frozen=True)
class RepositoryLine:
    name: str
    tags: list[str]
    failure: Failure | None


@dataclass(frozen=True)
class RepositoriesPage:
    lines: list[RepositoryLine]
    last: str | None


@dataclass(frozen=True)
class TagLine:
    tag: str
    manifest: Image | Index | None
    failure: Failure | None


@dataclass(frozen=True)
class TagsPage:
    name: str
    count: int
    lines: list[TagLine]
    last: str | None


@dataclass(frozen=True)
class ImagePage:
    image: Image
    settings: Settings | None
    # Why there are no settings.
    failure: Failure | None
    # Digests of layers that the manifest names and the registry has not.
    missing: frozenset[str]


@dataclass(frozen=True)
class Losses:
    """What a deletion takes along besides the image itself."""

    digest: str
    tags: list[str]
    # Tags whose index names the image, and that would name something that is gone.
    indexes: list[str]
    # Tags that could not be looked at, and how many there are in all.
    unknown: int
    total: int


class Pages:
    def __init__(self, registry: Registry):
        self._registry = registry
        self._together = Together()

    def repositories(self, after: str) -> RepositoriesPage:
        found = self._registry.repositories(REPOSITORIES_A_PAGE, after)
        lines = [
            RepositoryLine(name, [], tags) if isinstance(tags, Failure) else RepositoryLine(name, tags, None)
            for name, tags in self._together.ask(found.names, self._registry.tags)
        ]
        return RepositoriesPage(lines, found.last)

    def tags(self, name: str, after: str) -> TagsPage:
        tags = self._registry.tags(name)
        following = [tag for tag in tags if tag > after]
        shown = following[:TAGS_A_PAGE]
        lines = [
            TagLine(tag, None, found) if isinstance(found, Failure) else TagLine(tag, found, None)
            for tag, found in self._together.ask(shown, lambda tag: self.manifest(Reference(name, tag, None)))
        ]
        return TagsPage(name, len(tags), lines, shown[-1] if len(following) > len(shown) else None)

    def manifest(self, reference: Reference) -> Image | Index:
        return parse_manifest(self._registry.manifest(reference))

    def image(self, name: str, image: Image) -> ImagePage:
        """An image with its settings, as far as the registry still has them."""
        here = {layer.digest for layer in image.layers[:MOST_LAYERS] if not layer.is_elsewhere}
        blobs = self._together.ask(sorted(here), lambda digest: self._registry.has_blob(name, digest))
        missing = frozenset(digest for digest, is_there in blobs if is_there is False)
        if not image.is_runnable:
            return ImagePage(image, None, None, missing)
        try:
            config = self._registry.config(name, image.config.digest)
        except Failure as failure:
            return ImagePage(image, None, failure, missing)
        return ImagePage(image, parse_config(config, len(image.layers)), None, missing)

    def losses(self, reference: Reference) -> Losses:
        """What goes with an image: a registry deletes by digest, and every tag of the digest goes along."""
        digest = self._registry.describe(reference).digest
        try:
            tags = self._registry.tags(reference.name)
        except Failure as failure:
            # An image without any tag is deleted by its digest.
            if failure.status != 404:
                raise
            tags = []
        name = reference.name
        looked_at = self._together.ask(
            tags[:MOST_TAGS_LOOKED_AT], lambda tag: self._role(name, tag, digest)
        )
        roles = [(tag, "unknown" if isinstance(role, Failure) else role) for tag, role in looked_at]
        return Losses(
            digest=digest,
            tags=[tag for tag, role in roles if role == "same"],
            indexes=[tag for tag, role in roles if role == "index"],
            unknown=sum(role == "unknown" for _, role in roles) + len(tags) - len(roles),
            total=len(tags),
        )

    def _role(self, name: str, tag: str, digest: str) -> str:
        """What a tag has to do with an image: `same`, `index` or `other`."""
        reference = Reference(name, tag, None)
        try:
            found = self._registry.describe(reference)
            if found.digest == digest:
                return "same"
            if found.media_type not in (OCI_INDEX, DOCKER_LIST):
                return "other"
            manifest = self.manifest(reference)
        except Failure as failure:
            # Deleted meanwhile.
            if failure.status == 404:
                return "other"
            raise
        names_it = isinstance(manifest, Index) and any(each.digest == digest for each in manifest.variants)
        return "index" if names_it else "other"
