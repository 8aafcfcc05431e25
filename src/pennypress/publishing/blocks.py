from typing import Any

from django.core.exceptions import ValidationError
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from pennypress.lib.markup import clean_article_html
from pennypress.publishing.embeds import recognise


class HeadingBlock(blocks.StructBlock):
    text = blocks.CharBlock(max_length=200, label=_("Text"))
    level = blocks.ChoiceBlock(choices=[("2", "2"), ("3", "3"), ("4", "4")], default="2", label=_("Level"))

    class Meta:
        icon = "title"
        template = "publishing/blocks/heading.html"


class PictureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Image"))
    alt = blocks.CharBlock(
        required=False, label=_("Alternative text"), help_text=_("What the picture shows, for those who do not see it.")
    )
    caption = blocks.CharBlock(required=False, label=_("Caption"))
    credit = blocks.CharBlock(required=False, label=_("Credit"))
    placement = blocks.ChoiceBlock(
        choices=[
            ("column", _("in the column")),
            ("wide", _("wide")),
            ("start", _("at the start side")),
            ("end", _("at the end side")),
        ],
        default="column",
        label=_("Placement"),
    )
    link = blocks.URLBlock(required=False, label=_("Link"), help_text=_("Where a press on the picture leads."))

    class Meta:
        icon = "image"
        template = "publishing/blocks/image.html"


class GalleryImageBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Image"))
    alt = blocks.CharBlock(required=False, label=_("Alternative text"))
    caption = blocks.CharBlock(required=False, label=_("Caption"))


class GalleryBlock(blocks.StructBlock):
    images = blocks.ListBlock(GalleryImageBlock(), label=_("Images"))
    caption = blocks.CharBlock(required=False, label=_("Caption"))

    class Meta:
        icon = "image"
        template = "publishing/blocks/gallery.html"


class PullQuoteBlock(blocks.StructBlock):
    quote = blocks.TextBlock(label=_("Quote"))
    attribution = blocks.CharBlock(required=False, label=_("Attribution"))

    class Meta:
        icon = "openquote"
        template = "publishing/blocks/pull_quote.html"


class EmbedBlock(blocks.StructBlock):
    url = blocks.URLBlock(label=_("Address"), help_text=_("YouTube, Vimeo or SoundCloud."))

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if recognise(cleaned["url"]) is None:
            raise blocks.StructBlockValidationError(
                {"url": ValidationError(_("Only YouTube, Vimeo and SoundCloud can be embedded; use a link instead."))}
            )
        return cleaned

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        return {**super().get_context(value, parent_context), "embed": recognise(value["url"])}

    class Meta:
        icon = "media"
        template = "publishing/blocks/embed.html"


class FactBoxBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"))
    text = blocks.RichTextBlock(features=["bold", "italic", "link", "ul", "ol"], label=_("Text"))

    class Meta:
        icon = "list-ul"
        template = "publishing/blocks/fact_box.html"


class ArchiveHtmlBlock(blocks.TextBlock):
    """Imported markup that has no block of its own; cleaned each time it is rendered."""

    def render_basic(self, value: str, context: Any = None) -> str:
        return mark_safe(clean_article_html(value))  # noqa: S308 - the one sanitiser's output

    class Meta:
        icon = "code"


class ArticleBody(blocks.StreamBlock):
    text = blocks.RichTextBlock(
        features=[
            "bold",
            "italic",
            "link",
            "ol",
            "ul",
            "hr",
            "blockquote",
            "strikethrough",
            "superscript",
            "subscript",
            "code",
            # Offered by the discussion; where there is none, Wagtail leaves it out.
            "question",
        ],
        label=_("Text"),
    )
    heading = HeadingBlock(label=_("Heading"))
    image = PictureBlock(label=_("Image"))
    gallery = GalleryBlock(label=_("Gallery"))
    pull_quote = PullQuoteBlock(label=_("Pull quote"))
    embed = EmbedBlock(label=_("Embed"))
    fact_box = FactBoxBlock(label=_("Fact box"))
    archive_html = ArchiveHtmlBlock(label=_("Imported markup"))

    class Meta:
        required = False
