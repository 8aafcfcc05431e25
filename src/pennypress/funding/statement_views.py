"""The statement as a page and as a PDF, for whoever the caller has let in."""

import logging
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.delivery.limits import spend
from pennypress.delivery.networks import network_key
from pennypress.funding import rules
from pennypress.funding.statements import Statement
from pennypress.lib.pdf import NoPdf, pdf_of
from pennypress.newsroom.queries import current_newsroom

logger = logging.getLogger(__name__)

STYLE = Path(__file__).with_name("print") / "statement.css"


def show_statement(request: HttpRequest, statement: Statement | None, *, back: str = "") -> HttpResponse:
    """The page, or with ?pdf=1 the PDF; where none can be made, the page again with a sentence."""
    if statement is None:
        raise Http404
    newsroom = current_newsroom()
    title = _("%(name)s: your gifts in %(year)s") % {"name": newsroom.name, "year": statement.year}
    query = request.GET.copy()
    query["pdf"] = "1"
    context = {
        "statement": statement, "newsroom": newsroom, "today": timezone.localdate(), "title": title, "back": back,
        "pdf_link": f"?{query.urlencode()}",
    }  # fmt: skip
    if "pdf" not in request.GET:
        return render(request, "funding/statement.html", context)
    spend((rules.STATEMENTS_PER_NETWORK, network_key(request)))
    try:
        made = pdf_of(render_to_string("funding/statement_print.html", context), STYLE.read_text(encoding="utf-8"))
    except NoPdf as error:
        logger.warning("%s", error)
        return render(request, "funding/statement.html", {**context, "no_pdf": True}, status=503)
    name = f"{newsroom.site.hostname}-{statement.year}.pdf"
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
