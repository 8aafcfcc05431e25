from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from pennypress.readers.actions import change_reader
from pennypress.readers.forms import NameForm
from pennypress.readers.models import User


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """The reader's own page: name, ways to sign in, sign out."""
    assert isinstance(request.user, User)
    form = NameForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        change_reader(user=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("readers:account")
    return render(request, "readers/account.html", {"form": form})
