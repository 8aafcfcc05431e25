"""Which article earned what, for the newsroom: a month on the screen, or as a file."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.funding import journal
from pennypress.funding.chart import chart_of
from pennypress.funding.desk_door import managing_money
from pennypress.funding.earnings import ROWS_SHOWN, Earnings, earnings
from pennypress.funding.forms import EarnedMonthForm
from pennypress.funding.months import month_after, month_before

COLUMNS = ("by", "name", "section", "authors", "currency", "gifts", "first", "in between", "last")


@managing_money
def earned(request: HttpRequest) -> HttpResponse:
    month = _month(request)
    found = earnings(month)
    context = {
        "earned": found,
        "month": month,
        "before": month_before(month),
        "after": month_after(month) if month_after(month) <= timezone.localdate() else None,
        "chart": chart_of(found.months) if any(row.shown for row in found.months) else None,
        "rows_shown": f":{ROWS_SHOWN}",
        "page_title": _("Which article earned this"),
    }
    return render(request, "funding/desk_earned.html", context)


@managing_money
def earned_file(request: HttpRequest) -> HttpResponse:
    """All rows of the month for a spreadsheet, amounts with their decimals."""
    month = _month(request)
    return HttpResponse(
        "".join(_rows(earnings(month))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="earned-{month:%Y-%m}.csv"'},
    )


def _rows(found: Earnings) -> list[str]:
    rows = [journal.csv_row(COLUMNS)]
    for by, _heading, table in [*found.tables, ("newsletter", "", found.newsletters)]:
        for row in table:
            amounts = (journal.decimal(amount, found.currency) for amount in (row.first, row.assisted, row.last))
            rows.append(
                journal.csv_row(
                    (by, row.name, row.section, "; ".join(row.authors), found.currency, row.gifts or "", *amounts)
                )
            )
    return rows


def _month(request: HttpRequest) -> date:
    form = EarnedMonthForm(request.GET)
    return form.cleaned_data["month"] if form.is_valid() else timezone.localdate().replace(day=1)
