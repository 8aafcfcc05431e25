from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
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


class SiteStorage(CompressedManifestStaticFilesStorage):
    """Static files with hashed names, compressed; and the rooms' styles as one file: one request instead of five.

    Modules name each other by their hashed names too, so that no browser joins the new half of them to the old.
    """

    support_js_module_import_aggregation = True

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
