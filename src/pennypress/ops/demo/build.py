"""Build the demo newsroom: the Lowmarsh Courier, with six months behind it."""

import random
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from pennypress.discussion.actions import Brought, Selection, import_comment, import_thread, put_at_passage
from pennypress.discussion.models import State, WordLists
from pennypress.newsroom.actions import entered, found_newsroom
from pennypress.newsroom.models import Newsroom
from pennypress.ops.demo.appeals import appeal
from pennypress.ops.demo.articles import Story, blocks, read_stories
from pennypress.ops.demo.bank import promise_and_bring
from pennypress.ops.demo.earned import trace
from pennypress.ops.demo.money import give
from pennypress.ops.demo.pictures import DESCRIPTIONS, draw
from pennypress.ops.demo.telling import subscribe_guests
from pennypress.ops.demo.voices import ANSWERS, AT_PASSAGES, NAMES, OPENERS, SHORT, STAFF
from pennypress.publishing.actions import correct_article, prepare_site, rewrite_navigation
from pennypress.publishing.models import ArticlePage, Byline, NewsImage, PlainPage, SectionPage
from pennypress.readers.models import User

BIOS = {
    "Ida Holm": "Writes about the town and what keeps it going. Founded the Courier.",
    "Tomas Reever": "Sits in the council's gallery so that you need not.",
    "Mara Quill": "The river, the archive, and people who know one thing very well.",
    "Berit Sand": "Bakes, and now and then writes it down.",
}


def build_demo() -> None:
    """Fill an empty site. Does nothing where there is a newsroom already."""
    if Newsroom.objects.exists():
        return
    chance = random.Random(1894)  # noqa: S311 - the same demo each time
    with transaction.atomic():
        site = prepare_site(title="The Lowmarsh Courier")
        newsroom = found_newsroom(
            site=site, name="The Lowmarsh Courier", tagline="News of the town and its river, paid for by its readers",
            language="en", time_zone="Europe/London", currency="EUR", contact_email="desk@pennypress.example",
        )  # fmt: skip
    with entered(newsroom):
        # Some that every newsroom sees; the rest is its own to say.
        WordLists.objects.create(
            site=site, hold="# what is sold here without being asked for\ncasino*\nviagra\ncrypto giveaway*\n"
        )
        stories = read_stories()
        with transaction.atomic():
            articles = publish_stories(site.root_page.specific, stories)
            publish_plain_pages(site.root_page)
            rewrite_navigation()
        with transaction.atomic():
            give(chance)
            trace([article.pk for article in articles], random.Random(1894))  # noqa: S311 - for looks
            appeal(random.Random(1894))  # noqa: S311 - for looks
        promise_and_bring()
        with transaction.atomic():
            for story, article in zip(stories, articles, strict=True):
                discuss(article, story, random.Random(story.facts["title"]))  # noqa: S311 - for looks
        for story, article in zip(stories, articles, strict=True):
            talk_at_passages(article, story)
        with transaction.atomic():
            subscribe_guests(articles[0])


def publish_stories(front: Any, stories: list[Story]) -> list[ArticlePage]:
    """First a page for each, so that they can link to each other; then the texts."""
    bylines = {name: Byline.objects.create(name=name, slug=slugify(name), bio=bio) for name, bio in BIOS.items()}
    sections: dict[str, SectionPage] = {}
    for name in dict.fromkeys(story.facts["section"] for story in stories):
        sections[name] = SectionPage(title=name, slug=slugify(name), show_in_menus=True)
        front.add_child(instance=sections[name])
        sections[name].save_revision().publish()
    pictures = {motif: make_picture(motif) for motif in sorted({m for story in stories for m in story.motifs})}
    articles = [place(sections[story.facts["section"]], story) for story in stories]
    pages = {story.name: article.pk for story, article in zip(stories, articles, strict=True)}
    for story, article in zip(stories, articles, strict=True):
        publish_story(article, story, bylines, pictures, pages)
    return articles


def make_picture(motif: str) -> int:
    file = ContentFile(draw(motif), name=f"{motif}.jpg")
    return NewsImage.objects.create(
        title=motif,
        file=ImageFile(file, name=file.name),
        description=DESCRIPTIONS[motif],
        credit="Drawing: the Courier",
    ).pk


def place(section: SectionPage, story: Story) -> ArticlePage:
    article = ArticlePage(
        title=story.facts["title"],
        slug=slugify(story.facts["title"])[:80],
        standfirst=story.facts["standfirst"],
        live=False,
    )
    section.add_child(instance=article)
    return article


def publish_story(
    article: ArticlePage, story: Story, bylines: dict[str, Byline], pictures: dict[str, int], pages: dict[str, int]
) -> None:
    now, hours = timezone.now(), story.hours_old
    article.lead_image_id, article.lead_alt = pictures[story.facts["motif"]], DESCRIPTIONS[story.facts["motif"]]
    article.body = article.body.stream_block.to_python(
        raw(blocks(story, pictures=pictures, descriptions=DESCRIPTIONS, pages=pages))
    )
    for name in story.list_of("bylines"):
        article.article_bylines.add(article.article_bylines.model(byline=bylines[name]))
    for name in story.list_of("related"):
        article.related_articles.add(article.related_articles.model(article_id=pages[name]))
    article.tags.set(story.list_of("tags"))
    if "updated" in story.facts:
        article.updated_at = now - timedelta(hours=int(story.facts["updated"]))
    if hours is not None and hours >= 0:
        article.first_published_at = now - timedelta(hours=hours)
    elif hours is not None:
        article.go_live_at = now - timedelta(hours=hours)
    revision = article.save_revision()
    if hours is not None:
        # One that is planned is only marked; the schedule publishes it when its hour has come.
        revision.publish()


def raw(body: list[Any]) -> list[dict[str, Any]]:
    return [{"type": kind, "value": value} for kind, value in body]


def publish_plain_pages(front: Any) -> None:
    pages = {
        "About": "<p>The Courier is made by three people above a bakery. It belongs to nobody else, carries no "
        "advertisements, and is free to read because some of its readers pay for all of them.</p>"
        "<p>What comes in each month stands on the meter; what it was spent on stands in the council's own way: on paper, "
        "in the window.</p>",
        "Imprint": "<p>The Lowmarsh Courier, 4 Ferry Lane, Lowmarsh. Responsible for the content: Ida Holm. "
        "This is a demonstration; town, paper and people are invented.</p>",
    }
    for title, text in pages.items():
        page = PlainPage(title=title, slug=slugify(title), show_in_menus=title == "About", body=[("text", text)])
        front.add_child(instance=page)
        page.save_revision().publish()


def discuss(article: ArticlePage, story: Story, chance: random.Random) -> None:
    """A thread with the shape real ones have: many roots with few replies, one long quarrel, votes with a long tail."""
    openers, answers = chance.sample(OPENERS, len(OPENERS)), chance.sample(ANSWERS, len(ANSWERS))
    said: list[Brought] = []
    count, hours = int(story.facts["comments"]), story.hours_old or 0
    start = timezone.now() - timedelta(hours=hours)
    span = timedelta(hours=hours) * 0.96
    for number in range(count):
        moment = start + span * ((number + 1) / (count + 1)) ** 1.3
        root = number < 2 or chance.random() < 0.42
        parent = None if root else said[-1] if chance.random() < 0.45 else chance.choice(said)
        pool, used = (openers, number) if root else (answers, number)
        text = chance.choice(SHORT) if number > 6 and chance.random() < 0.3 else pool[used % len(pool)]
        staff = not root and chance.random() < 0.06
        up = min(90, int(chance.paretovariate(1.1)) - 1)
        comment = Brought(
            key=f"demo:{number}", answers=parent.key if parent else "", created_at=moment, by_staff=staff,
            name="Ida Holm" if staff else chance.choice(NAMES), text=chance.choice(STAFF) if staff else text,
            up=up, down=chance.choice((0, 0, 0, 1, 2)),
        )  # fmt: skip
        said.append(comment)
    if said:
        import_thread(page_id=article.pk, comments=said)
    for number in range(2 if count > 50 else 0):
        import_comment(
            page_id=article.pk, external_key=f"demo:held:{number}", created_at=timezone.now() - timedelta(minutes=20),
            name="first time here", text="Hello, is this the place to say that the ferry's bell is too loud?", state=State.HELD,
        )  # fmt: skip


def talk_at_passages(article: ArticlePage, story: Story) -> None:
    """Comments at passages and answers to the authors' questions; one of them became a correction."""
    page = ArticlePage.objects.get(pk=article.pk)
    blocks = page.annotatable_text() if story.name in AT_PASSAGES else []
    for number, (words, name, text, correction) in enumerate(AT_PASSAGES.get(story.name, ())):
        block = next(block for block in blocks if words in block.text)
        start = block.text.index(words)
        asked = next((mark for mark in block.marks if block.text[mark.start : mark.end] == words), None)
        key = asked.data["data-key"] if asked else ""
        comment, _new = import_comment(
            page_id=page.pk, external_key=f"demo:passage:{number}", name=name, text=text, up=number % 5,
            created_at=timezone.now() - timedelta(hours=(story.hours_old or 0) * 0.7, minutes=-11 * number),
        )  # fmt: skip
        put_at_passage(
            comment=comment, selection=Selection(None, block.id, start, start + len(words), words, key), blocks=blocks
        )
        if correction:
            correct_article(
                article_id=page.pk, text=correction, editor=an_editor(), credit=name, source=f"comment:{comment.pk}"
            )


def an_editor() -> User:
    """The one who signs for what the demo's newsroom has done; nobody can sign in as her."""
    editor, _new = User.objects.get_or_create(
        email="ida.holm@pennypress.example", defaults={"name": "Ida Holm", "is_staff": True}
    )
    editor.groups.add(*Group.objects.filter(name="Editors"))
    return editor
