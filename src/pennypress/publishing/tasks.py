from django.core.management import call_command
from django.tasks import task
from wagtail.models import Page, ReferenceIndex

from pennypress.jobs.schedule import every
from pennypress.publishing import actions
from pennypress.publishing.models import ArticlePage


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
    linking = ReferenceIndex.get_references_to(page).values_list("base_content_type__model", "object_id")
    ids = {int(key) for model, key in linking if model in ("articlepage", "plainpage")}
    ids |= set(ArticlePage.objects.live().descendant_of(page, inclusive=True).values_list("pk", flat=True))
    actions.render_again(sorted(ids))
