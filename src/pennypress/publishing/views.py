import re
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.models import Page
from wagtail.views import serve as wagtail_serve

from pennypress.delivery.limits import spend
from pennypress.delivery.networks import network_key
from pennypress.delivery.ready import PAGES, fades, not_kept, ready, shows
from pennypress.lib.privacy import restricted
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications import rules as telling
from pennypress.notifications.actions import subscribe
from pennypress.notifications.forms import SubscribeForm
from pennypress.notifications.sentences import sentence_of
from pennypress.publishing.actions import choose_credit
from pennypress.publishing.credits import correction_of
from pennypress.publishing.excerpts import excerpt
from pennypress.publishing.following import topic_of
from pennypress.publishing.models import AuthorPage, Byline, Correction
from pennypress.publishing.models.pages import ARTICLES_PER_PAGE
from pennypress.publishing.queries import articles_by, page_at, public_articles, search
from pennypress.publishing.queries import corrections as corrections_page
from pennypress.readers.identity import ensure_identity

# Longer searches are pasted texts; the database would be asked for each of their words.
MAX_QUERY = 200
# Google's news sitemap holds two days at most, and at most 1,000 addresses.
NEWS_AGE = timedelta(hours=48)
NEWS_MAX = 1000
# How much longer than that an article may stand there.
NEWS_DELAY = timedelta(minutes=10)
SITEMAP_MAX = 50_000


@ready("order", "after", "page", "show", asks=("p", "page_id"))
def serve_page(request: HttpRequest, path: str = "") -> HttpResponseBase:
    """A public page by its address; private ones, previews and what is not found Wagtail's way."""
    shows(PAGES)
    if not path and (moved := _moved_number(request)):
        return moved
    if path and not path.endswith("/"):
        return redirect(f"/{path}/", permanent=True)
    if request.method in ("GET", "HEAD") and (page := page_at(_url_path(path))) is not None:
        return page.serve(request).render()
    response = wagtail_serve(request, path)
    # A page for those who know its password, or the question for it.
    not_kept()
    add_never_cache_headers(response)
    return response


def _moved_number(request: HttpRequest) -> HttpResponseBase | None:
    """WordPress's short addresses, /?p=12 and /?page_id=12, which the front page would otherwise answer."""
    for name in ("p", "page_id"):
        number = request.GET.get(name, "")
        if re.fullmatch(r"[0-9]{1,18}", number):
            moved = get_redirect(request, f"/?{name}={number}")
            if moved is not None and moved.link:
                return redirect(moved.link, permanent=True)
    return None


def _url_path(path: str) -> str:
    return current_newsroom().site.root_page.url_path + path


def search_page(request: HttpRequest) -> HttpResponse:
    """Articles that hold the words, with the words marked."""
    words = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:MAX_QUERY]
    context: dict[str, Any] = {"query": words}
    if words:
        hits = Paginator(search(words), ARTICLES_PER_PAGE).get_page(request.GET.get("page"))
        context["page_obj"] = hits
        context["hits"] = [(page, excerpt(page, words)) for page in hits]
    elif "q" in request.GET:
        context["sentence"] = _("Please write what you are looking for.")
    return render(request, "publishing/search.html", context)


@ready("page")
def author(request: HttpRequest, slug: str) -> HttpResponse:
    """A byline's articles, whether or not the person has a page of their own."""
    shows(PAGES)
    byline = get_object_or_404(Byline, slug=slug)
    own = AuthorPage.objects.live().filter(byline=byline).first()
    articles = Paginator(articles_by(byline), ARTICLES_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "publishing/author_page.html", {"page": own, "byline": byline, "page_obj": articles})


@require_POST
def follow(request: HttpRequest, slug: str) -> HttpResponse:
    """Be told of what this author publishes."""
    byline = get_object_or_404(Byline, slug=slug)
    form = SubscribeForm(request.POST)
    identity = ensure_identity(request)
    good = False
    try:
        if not form.is_valid():
            raise telling.Refused(str(next(iter(form.errors.values()))[0]))
        spend((telling.SUBSCRIBE_PER_NETWORK, network_key(request)), (telling.SUBSCRIBE_PER_PERSON, identity.key))
        sentence = sentence_of(
            subscribe(
                topic=topic_of(byline),
                identity=identity,
                email=form.cleaned_data["email"],
                frequency=form.cleaned_data["frequency"],
            )
        )
        good = True
    except telling.Refused as error:
        sentence = error.sentence
    context = {"byline": byline, "sentence": sentence, "good": good}
    return render(request, "publishing/followed.html", context, status=200 if good else 422)


@ready()
def sitemap(request: HttpRequest) -> HttpResponse:
    shows(PAGES)
    root = current_newsroom().site.root_page
    pages = Page.objects.descendant_of(root, inclusive=True).live().filter(~restricted()).order_by("-pk")[:SITEMAP_MAX]
    rows = [(settings.BASE_URL + (page.get_url(request) or ""), page.last_published_at) for page in pages]
    return render(request, "publishing/sitemap.xml", {"rows": rows}, content_type="application/xml")


@ready()
def news_sitemap(request: HttpRequest) -> HttpResponse:
    shows(PAGES)
    fades(timezone.now() + NEWS_DELAY)
    articles = public_articles().filter(first_published_at__gte=timezone.now() - NEWS_AGE)[:NEWS_MAX]
    rows = [(settings.BASE_URL + (article.get_url(request) or ""), article) for article in articles]
    return render(request, "publishing/news_sitemap.xml", {"rows": rows}, content_type="application/xml")


@ready()
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /accounts/",
        "Disallow: /support/",
        "Disallow: /search/",
        f"Sitemap: {settings.BASE_URL}/sitemap.xml",
        f"Sitemap: {settings.BASE_URL}/news-sitemap.xml",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@ready("before")
def corrections(request: HttpRequest) -> HttpResponse:
    """All corrections, newest first."""
    shows(PAGES)
    try:
        shown = corrections_page(before=request.GET.get("before", ""))
    except BadSignature:
        raise Http404 from None
    canonical = settings.BASE_URL + reverse("corrections")
    return render(request, "publishing/corrections.html", {"shown": shown, "canonical": canonical})


def correction(request: HttpRequest, correction_id: UUID) -> HttpResponse:
    """A correction's own address, which outlives the article's: leads to it, or to the article once it is withdrawn."""
    row = get_object_or_404(Correction.objects.select_related("page").defer("page__body"), pk=correction_id)
    if not public_articles().filter(pk=row.page_id).exists():
        raise Http404
    return redirect((row.page.get_url(request) or "/") + ("" if row.withdrawn_at else f"#correction-{row.pk}"))


@never_cache
def credit(request: HttpRequest, token: str) -> HttpResponse:
    """Whether the reader is named for a correction. Looking changes nothing: mail programs follow links by themselves."""
    try:
        number = correction_of(token)
    except BadSignature:
        raise Http404 from None
    if request.method == "POST":
        choose_credit(correction_id=number, named=bool(request.POST.get("named")))
    row = get_object_or_404(Correction.objects.select_related("page"), pk=number, withdrawn_at=None)
    context = {"correction": row, "chosen": request.method == "POST"}
    return render(request, "publishing/credit.html", context)
