import gzip
from collections.abc import Iterable, Iterator
from typing import Any

import brotli
from django.core.files.base import ContentFile
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# The rooms' styles in the order of their layers, and the one file that readers load. It lies beside the first, whose
# fonts it names.
STYLES = (
    "theme/theme.css",
    "publishing/publishing.css",
    "funding/funding.css",
    "discussion/discussion.css",
    "discussion/writing.css",
    "notifications/notifications.css",
)
SITE_STYLE = "theme/site.css"
# The rooms whose files readers load. The rest is the desk's, four times as much, fetched once by a handful of people.
READERS_ROOMS = ("theme", "publishing", "funding", "discussion", "notifications", "delivery", "account", "mfa")
# The rooms whose scripts are modules that name each other. The desk's are bundles of megabytes which name nobody, and looking
# through them three times took half of the collecting.
ROOMS_OF_MODULES = ("theme", "publishing", "funding", "discussion", "notifications", "delivery", "ops")
NAMES_OF_MODULES = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]


class Quickly(Compressor):
    """A seventieth of the time, for a ninth more bytes (measured over the files of Wagtail)."""

    @staticmethod
    def compress_gzip(data: bytes) -> bytes:
        return gzip.compress(data, 6, mtime=0)

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        return brotli.compress(data, quality=5)


class SiteStorage(CompressedManifestStaticFilesStorage):
    """Static files with hashed names, compressed; and the rooms' styles as one file: one request instead of five.

    Modules name each other by their hashed names too, so that no browser joins the new half of them to the old. What
    readers load is made as small as can be, the desk's files quickly, since a first start waits for it.
    """

    patterns = (
        *(pattern for pattern in CompressedManifestStaticFilesStorage.patterns if pattern[0] == "*.css"),
        *((f"{room}/*.js", NAMES_OF_MODULES) for room in ROOMS_OF_MODULES),
    )
    keep_intermediate_files = False
    compressor_class: type[Compressor] = Compressor

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run and all(name in paths for name in STYLES):
            parts = []
            for name in STYLES:
                storage, path = paths[name]
                with storage.open(path) as file:
                    parts.append(file.read())
            self.delete(SITE_STYLE)
            self._save(SITE_STYLE, ContentFile(b"\n".join(parts)))
            paths = {**paths, SITE_STYLE: (self, SITE_STYLE)}
        yield from super().post_process(paths, dry_run, **options)

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        # No page asks for a file by its name without the hash.
        hashed = set(self.hashed_files.values()).intersection(paths)
        readers = {path for path in hashed if path.split("/")[0] in READERS_ROOMS}
        for self.compressor_class, some in ((Compressor, readers), (Quickly, hashed - readers)):
            yield from super().compress_files(some)

    def create_compressor(self, **options: Any) -> Compressor:
        return self.compressor_class(**options)
