"""A folder with the old site's uploads, in which pictures are found by the addresses they had."""

import re
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

from PIL import Image, UnidentifiedImageError

PICTURES = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"}
# Larger files are camera originals or mistakes; each would be opened whole to make its small versions.
MAX_BYTES = 40 * 1024 * 1024
# WordPress's own smaller copies and edits: photo-300x200.jpg, photo-scaled.jpg, photo-e1690000000.jpg.
_COPY = re.compile(r"(?:-\d+x\d+|-scaled|-e\d{10,13})+(?=\.\w+$)")


def original_path(url: str) -> str:
    """What the original and its smaller copies have in common: the path of photo-300x200.jpg is that of photo.jpg."""
    return _COPY.sub("", urlsplit(url).path)


class MediaFolder:
    """Finds nothing outside of the folder, whatever an address says."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder.resolve() if folder else None

    def find(self, url: str) -> Path | None:
        """The file of an address: by its path below the folder, else by its name if only one file has it."""
        if self.folder is None:
            return None
        parts = [part for part in unquote(urlsplit(url).path).split("/") if part not in ("", ".", "..")]
        if not parts or Path(parts[-1]).suffix.lower() not in PICTURES:
            return None
        for name in dict.fromkeys((_COPY.sub("", parts[-1]), parts[-1])):
            for start in range(len(parts)):
                candidate = self.folder.joinpath(*parts[start:-1], name)
                if start < len(parts) - 1 and self._is_inside(candidate):
                    return candidate
            if len(named := self._by_name[name]) == 1:
                return named[0]
        return None

    @cached_property
    def _by_name(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = defaultdict(list)
        if self.folder:
            for path in sorted(self.folder.rglob("*")):
                if path.suffix.lower() in PICTURES and self._is_inside(path):
                    found[path.name].append(path)
        return found

    def _is_inside(self, path: Path) -> bool:
        try:
            return path.is_file() and path.resolve().is_relative_to(self.folder or path)
        except OSError:
            return False


def why_not_a_picture(file: Path) -> str:
    """Why the file cannot be brought in, or nothing when it can."""
    try:
        if file.stat().st_size > MAX_BYTES:
            return "The picture's file is larger than 40 MB"
        with Image.open(file) as image:
            image.verify()
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError, Image.DecompressionBombError):
        return "The picture's file is damaged or of another kind than its name says"
    return ""
