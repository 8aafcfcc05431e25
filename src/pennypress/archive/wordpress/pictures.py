"""Pictures of the old site, brought in once each when a text first shows them."""

import hashlib
from urllib.parse import urljoin

from django.core.files.images import ImageFile
from django.db import transaction

from pennypress.archive.media import original_path, why_not_a_picture
from pennypress.archive.wordpress.body import Picture
from pennypress.archive.wordpress.export import Item
from pennypress.archive.wordpress.state import Import
from pennypress.lib.markup import plain_text
from pennypress.publishing.models import NewsImage


def picture(run: Import, url: str, number: int) -> Picture:
    """The picture of an attachment's number or of an address; without a file here it keeps its address and words."""
    attachment = run.outline.attachments.get(number) or (
        run.attachments_by_path.get(original_path(url)) if url else None
    )
    url = urljoin(run.outline.site + "/", url) if url else ""
    source = attachment.attachment_url if attachment else url
    alt = (attachment.meta.get("_wp_attachment_image_alt") or "").strip() if attachment else ""
    caption = plain_text(attachment.excerpt) if attachment else ""
    return Picture(_image_id(run, source, attachment), source if source.startswith("http") else "", alt, caption)


def _image_id(run: Import, url: str, attachment: Item | None) -> int | None:
    if not url:
        return None
    # A path may be longer than a row's key; its digest is not.
    key = hashlib.blake2b(original_path(url).encode(), digest_size=16).hexdigest()
    row = run.row("picture", key)
    if row is not None:
        return row.image_id
    file = run.media.find(url)
    if file is None:
        run.report.remark("The picture's file was not there; a link to it stands in its place", url)
        return None
    if reason := why_not_a_picture(file):
        run.report.remark(reason, url)
        return None
    with transaction.atomic():
        digest = hashlib.sha1(file.read_bytes(), usedforsecurity=False).hexdigest()
        image = NewsImage.objects.filter(file_hash=digest).first()
        if image is None:
            with open(file, "rb") as stream:
                title = (plain_text(attachment.title) if attachment else "") or file.stem
                alt = attachment.meta.get("_wp_attachment_image_alt", "") if attachment else ""
                image = NewsImage(
                    title=title[:255], file=ImageFile(stream, name=file.name), description=alt.strip()[:255]
                )
                image._set_image_file_metadata()
                image.save()
            run.report.count("pictures")
        run.remember("picture", key, image=image)
    return image.pk
