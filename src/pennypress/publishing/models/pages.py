from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, PublishingPanel, TitleFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from pennypress.lib.blocks import Block, blocks_of, numbered
from pennypress.newsroom.queries import current_newsroom
from pennypress.publishing.blocks import ArticleBody

# A screen or two of teasers; the next page is a press away.
ARTICLES_PER_PAGE = 20


class Byline(index.Indexed, models.Model):
    """A person shown above an article. Needs no account."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("address"), max_length=120, unique=True, allow_unicode=True)
    bio = models.TextField(_("about"), blank=True)

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        limit_choices_to=models.Q(is_staff=True) | models.Q(groups__isnull=False), verbose_name=_("account"),
        help_text=_("If this person has one here: their comments under their own articles are marked as the author's."),
    )  # fmt: skip

    panels = [FieldPanel("name"), FieldPanel("slug"), FieldPanel("bio"), FieldPanel("account")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("byline")
        verbose_name_plural = _("bylines")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class FrontPage(Page):
    lead_article = models.ForeignKey(
        "publishing.ArticlePage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        verbose_name=_("lead story"), help_text=_("Leave empty for the newest article."),
    )  # fmt: skip

    content_panels = [*Page.content_panels, FieldPanel("lead_article")]
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["publishing.SectionPage", "publishing.PlainPage", "publishing.AuthorPage"]
    max_count = 1

    class Meta:
        verbose_name = _("front page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from pennypress.publishing.queries import front

        return {**super().get_context(request, *args, **kwargs), "front": front(self)}


class SectionPage(Page):
    intro = models.TextField(_("introduction"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("intro")]
    parent_page_types = ["publishing.FrontPage"]
    subpage_types = ["publishing.ArticlePage"]
    show_in_menus_default = True

    class Meta:
        verbose_name = _("section")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from pennypress.publishing.queries import teasers

        pages = Paginator(teasers().child_of(self), ARTICLES_PER_PAGE)
        return {**super().get_context(request, *args, **kwargs), "page_obj": pages.get_page(request.GET.get("page"))}


class ArticleTag(TaggedItemBase):
    content_object = ParentalKey("publishing.ArticlePage", related_name="tagged_items", on_delete=models.CASCADE)


class ArticlePage(Page):
    """An article. The headline is the title; what readers see is rendered into `rendered` when it is published."""

    standfirst = models.TextField(_("standfirst"), blank=True, max_length=600)
    lead_image = models.ForeignKey(
        "publishing.NewsImage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("lead image")
    )  # fmt: skip
    lead_alt = models.CharField(_("alternative text"), max_length=300, blank=True)
    lead_caption = models.CharField(_("caption"), max_length=300, blank=True)
    lead_credit = models.CharField(_("credit"), max_length=200, blank=True)
    body = StreamField(ArticleBody(), verbose_name=_("body"), blank=True)
    tags = ClusterTaggableManager(through=ArticleTag, blank=True)
    updated_at = models.DateTimeField(
        _("updated"), null=True, blank=True, help_text=_("Set it when readers should know that the text has changed.")
    )
    rendered = models.JSONField(default=dict, editable=False, help_text="What readers see; see rendering.py.")

    has_discussion = True

    content_panels = [
        TitleFieldPanel("title", placeholder=_("Headline*"), help_text=_("What happened, in one line.")),
        FieldPanel("standfirst", help_text=_("One or two sentences below the headline, in lists as well.")),
        InlinePanel("article_bylines", label=_("Byline")),
        MultiFieldPanel(
            [
                FieldPanel("lead_image"),
                FieldPanel("lead_alt", help_text=_("What it shows, for those who do not see it.")),
                FieldPanel("lead_caption", help_text=_("Below the picture: who, where, when.")),
                FieldPanel("lead_credit", help_text=_("Whose picture it is.")),
            ],
            heading=_("Lead image"),
        ),
        FieldPanel("body"),
        FieldPanel("tags"),
        InlinePanel("related_articles", label=_("Related article"), max_num=4),
        FieldPanel("updated_at"),
    ]
    settings_panels = [PublishingPanel()]
    search_fields = [
        *Page.search_fields,
        index.SearchField("standfirst"),
        index.SearchField("body"),
        index.FilterField("first_published_at"),
    ]
    parent_page_types = ["publishing.SectionPage"]
    subpage_types: list[str] = []

    def annotatable_text(self) -> list[Block]:
        """The paragraphs readers may point at, as they were published."""
        return blocks_of(numbered(self.rendered.get("body", "")))

    @classmethod
    def credits_of(cls, numbers: list[int]) -> dict[int, dict[str, Any]]:
        """Title, address, section and authors of these articles, as they were published. One query."""
        found = cls.objects.filter(pk__in=numbers)
        rows = found.values_list("pk", "title", "url_path", "rendered__section__title", "rendered__bylines")
        start = len(current_newsroom().site.root_page.url_path) - 1
        return {
            number: {
                "title": title, "address": path[start:], "section": section or "",
                "authors": [byline["name"] for byline in bylines or ()],
            }
            for number, title, path, section, bylines in rows
        }  # fmt: skip

    class Meta:
        verbose_name = _("article")
        indexes = [models.Index(fields=["updated_at"], name="article_updated")]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from pennypress.publishing.queries import related_to
        from pennypress.publishing.rendering import render_article

        shown = render_article(self) if getattr(request, "is_preview", False) or not self.rendered else self.rendered
        return {**super().get_context(request, *args, **kwargs), "shown": shown, "related": related_to(self)}

    def is_author(self, user: AbstractBaseUser) -> bool:
        """Whether one of the article's bylines is this account's."""
        return self.article_bylines.filter(byline__account_id=user.pk).exists()


class ArticleByline(Orderable):
    page = ParentalKey(ArticlePage, on_delete=models.CASCADE, related_name="article_bylines")
    byline = models.ForeignKey(
        Byline, on_delete=models.PROTECT, related_name="article_bylines", verbose_name=_("byline")
    )

    panels = [FieldPanel("byline")]


class RelatedArticle(Orderable):
    page = ParentalKey(ArticlePage, on_delete=models.CASCADE, related_name="related_articles")
    article = models.ForeignKey(ArticlePage, on_delete=models.CASCADE, related_name="+", verbose_name=_("article"))

    panels = [FieldPanel("article")]


class PlainPage(Page):
    """About, imprint and the like."""

    body = StreamField(ArticleBody(), verbose_name=_("body"), blank=True)
    has_discussion = models.BooleanField(
        _("readers may discuss it"), default=False, help_text=_("Shows a discussion under the page.")
    )
    rendered = models.JSONField(default=dict, editable=False, help_text="What readers see; see rendering.py.")

    content_panels = [*Page.content_panels, FieldPanel("body"), FieldPanel("has_discussion")]
    search_fields = [*Page.search_fields, index.SearchField("body")]
    parent_page_types = ["publishing.FrontPage", "publishing.PlainPage"]
    subpage_types = ["publishing.PlainPage"]
    show_in_menus_default = True

    def annotatable_text(self) -> list[Block]:
        """The paragraphs readers may point at, as they were published."""
        return blocks_of(numbered(self.rendered.get("body", "")))

    class Meta:
        verbose_name = _("plain page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from pennypress.publishing.rendering import render_plain

        shown = render_plain(self) if getattr(request, "is_preview", False) or not self.rendered else self.rendered
        return {**super().get_context(request, *args, **kwargs), "shown": shown}


class AuthorPage(Page):
    """The articles of one byline, with a few words about the person."""

    byline = models.ForeignKey(Byline, on_delete=models.PROTECT, related_name="author_pages", verbose_name=_("byline"))
    intro = RichTextField(_("introduction"), blank=True, features=["bold", "italic", "link"])

    content_panels = [*Page.content_panels, FieldPanel("byline"), FieldPanel("intro")]
    parent_page_types = ["publishing.FrontPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("author page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from pennypress.publishing.queries import articles_by

        pages = Paginator(articles_by(self.byline), ARTICLES_PER_PAGE)
        return {**super().get_context(request, *args, **kwargs), "page_obj": pages.get_page(request.GET.get("page"))}
