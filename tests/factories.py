"""Dull makers of rows for tests."""

from pennypress.publishing.models import ArticlePage, Byline, SectionPage


def make_section(newsroom, title="Town", **fields):
    section = SectionPage(title=title, show_in_menus=True, **fields)
    newsroom.site.root_page.add_child(instance=section)
    section.save_revision().publish()
    return section


def make_article(section, title="A bridge", live=True, **fields):
    text = fields.pop("text", "<p>The bridge is open again.</p>")
    article = ArticlePage(title=title, standfirst="It was closed.", live=False, body=[("text", text)], **fields)
    section.add_child(instance=article)
    revision = article.save_revision()
    if live:
        revision.publish()
    return ArticlePage.objects.get(pk=article.pk)


def make_byline(article, name="Ida Holm"):
    byline = Byline.objects.create(name=name, slug=name.lower().replace(" ", "-"))
    article.article_bylines.create(byline=byline)
    article.save_revision().publish()
    return byline
