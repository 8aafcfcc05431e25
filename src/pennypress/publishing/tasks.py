from django.core.management import call_command
from django.db.models import Model
from django.tasks import task
from wagtail.models import Page, ReferenceIndex

from pennypress.jobs.schedule import every
from pennypress.publishing import actions
from pennypress.publishing.models import ArticlePage, NewsImage


@every(minutes=1)
@task()
def publish_scheduled() -> None:
    """Articles whose time has come go live; expired ones go."""
    call_command("publish_scheduled")


@task()
def render_articles(articles: list[int]) -> None:
    actions.render_again(articles)


@task()
def render_linking(page_id: int) -> None:
    """The page's address changed: what links to it, and what lies below it, shows the new one."""
    page = Page.objects.filter(pk=page_id).first()
    if page is None:
        return
    ids = _pages_referring_to(page)
    ids |= set(ArticlePage.objects.live().descendant_of(page, inclusive=True).values_list("pk", flat=True))
    actions.render_again(sorted(ids))


@task()
def render_showing(image_id: int) -> None:
    """The image's file or words changed: the pages that show it show the new ones."""
    image = NewsImage.objects.filter(pk=image_id).first()
    if image is not None:
        actions.render_again(sorted(_pages_referring_to(image)))


def _pages_referring_to(shown: Model) -> set[int]:
    found = ReferenceIndex.get_references_to(shown).values_list("base_content_type__model", "object_id")
    return {int(key) for model, key in found if model == "page"}
