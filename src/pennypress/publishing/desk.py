"""The editor's corrections in Wagtail's admin: what was corrected, and a form for the next one."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pennypress.publishing import rules
from pennypress.publishing.actions import correct_article, withdraw_correction
from pennypress.publishing.forms import CorrectionForm
from pennypress.publishing.models import Correction
from pennypress.readers.models import User

ACCESS = "wagtailadmin.access_admin"
PER_PAGE = 50
# Of a reader's note so much is shown beside the form.
NOTE_SHOWN = 1_000


def editor_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the guard has asked
    return request.user


@permission_required(ACCESS, raise_exception=True)
def corrections(request: HttpRequest) -> HttpResponse:
    listed = Correction.objects.select_related("page", "made_by").defer("page__body").order_by("-made_at", "-id")
    rows = Paginator(listed, PER_PAGE).get_page(request.GET.get("p"))
    return render(request, "publishing/desk_corrections.html", {"rows": rows, "page_title": _("Corrections")})


@permission_required(ACCESS, raise_exception=True)
def correct(request: HttpRequest) -> HttpResponse:
    """The form; a link from a reader's comment fills it in by `article`, `source`, `credit` and `note`."""
    given = {name: request.GET.get(name, "") for name in ("article", "source", "credit")}
    form = CorrectionForm(request.POST or None, initial={name: value for name, value in given.items() if value})
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            correct_article(
                article_id=asked["article"].pk, text=asked["text"], editor=editor_of(request), credit=asked["credit"],
                ask=bool(asked["ask"]), source=asked["source"],
            )  # fmt: skip
        except rules.Refused as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("The correction is published."))
            return redirect("corrections_desk")
    context = {"form": form, "note": request.GET.get("note", "")[:NOTE_SHOWN], "page_title": _("Publish a correction")}
    return render(request, "publishing/desk_correction.html", context)


@permission_required(ACCESS, raise_exception=True)
@require_POST
def withdraw(request: HttpRequest, correction_id: UUID) -> HttpResponse:
    try:
        withdraw_correction(correction_id=correction_id, editor=editor_of(request))
        messages.success(request, _("The correction is withdrawn."))
    except rules.Refused as error:
        messages.error(request, error.sentence)
    except Correction.DoesNotExist:
        messages.error(request, _("This is not there any more."))
    return redirect("corrections_desk")
