"""What everybody may see and take away: the meter for other sites, the months, their books."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from pennypress.delivery.ready import meaningful, ready
from pennypress.funding import journal
from pennypress.funding.chart import chart_of
from pennypress.funding.meter import Meter
from pennypress.funding.months import month_after, month_before
from pennypress.funding.queries import current_meter, live_meter
from pennypress.funding.reports import CHART_MONTHS, Report, expenses_by_month, months, public_days, report
from pennypress.newsroom.queries import current_newsroom

COLUMNS = (
    "month", "currency", "raised before fees", "fees", "given back", "gifts", "changed after the close", "closed",
    "expenses",
)  # fmt: skip
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "beancount": "text/plain; charset=utf-8",
    "journal": "text/plain; charset=utf-8",
}


@ready()
def month_list(request: HttpRequest) -> HttpResponse:
    currency, rows = current_newsroom().currency, months()
    context = {"months": rows, "currency": currency, "chart": chart_of(rows[:CHART_MONTHS])}
    return render(request, "funding/months.html", context)


@ready()
def month_page(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """A month's report: what came in, what it cost, what was given back, what it paid for."""
    found = _report(year, month)
    first_day = found.meter.month
    neighbours = {row.first_day for row in months()}
    context = {
        "report": found,
        "meter": found.meter,
        "before": month_before(first_day) if month_before(first_day) in neighbours else None,
        "after": month_after(first_day) if month_after(first_day) in neighbours else None,
        "endings": journal.ENDINGS.values(),
    }
    return render(request, "funding/month.html", context)


@ready()
def month_books(request: HttpRequest, year: int, month: int, ending: str) -> HttpResponse:
    """The month's books, day by day, for a spreadsheet or an accounting program. Nobody is named in them."""
    formats = {ending: name for name, ending in journal.ENDINGS.items()}
    if ending not in formats:
        raise Http404
    first_day = _report(year, month).meter.month
    entries = list(public_days(first_day))
    title = f"{current_newsroom().name}, {first_day:%Y-%m}"
    text = "".join(journal.FORMATS[formats[ending]](entries, journal.chart_of(entries), title=title))
    return _file(text, f"{first_day:%Y-%m}.{ending}", ending)


@ready()
def figures(request: HttpRequest) -> HttpResponse:
    """All months' figures as a table."""
    currency, spent = current_newsroom().currency, expenses_by_month()
    rows = [journal.csv_row(COLUMNS)]
    for row in months():
        amounts = (row.raised, row.fees, row.returned)
        values = (journal.decimal(amount, currency) for amount in amounts)
        rows.append(
            journal.csv_row(
                (
                    f"{row.first_day:%Y-%m}", currency, *values, row.gifts, journal.decimal(row.adjusted, currency),
                    "yes" if row.closed else "no", journal.decimal(spent.get(row.first_day, 0), currency),
                )
            )
        )  # fmt: skip
    return _file("".join(rows), "months.csv", "csv")


def _report(year: int, month: int) -> Report:
    """Raises Http404 for a month there is nothing to say of."""
    try:
        first_day = date(year, month, 1)
        # The year after the last there is would be none.
        month_after(first_day), month_before(first_day)
    except (ValueError, OverflowError):
        raise Http404 from None
    found = report(first_day) if first_day <= current_meter().month else None
    if found is None:
        raise Http404
    return found


def _file(text: str, name: str, ending: str) -> HttpResponse:
    return HttpResponse(
        text, content_type=TYPES[ending], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@ready()
def meter(request: HttpRequest) -> HttpResponse:
    """The meter by itself, for pages that stand open when it moves."""
    return render(request, "funding/_meter.html", live_meter())


@ready()
def meter_json(request: HttpRequest) -> JsonResponse:
    """The running month for embedding elsewhere; anybody may read it."""
    response = JsonResponse(_as_json(current_meter()))
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "no-cache"
    return response


meaningful("theme", lambda value: value == "dark")


@ready("theme")
def meter_svg(request: HttpRequest) -> HttpResponse:
    """The running month as a picture for other sites, light or (`?theme=dark`) dark. It needs no style from anywhere."""
    dark = request.GET.get("theme") == "dark"
    response = render(
        request, "funding/meter.svg", {"meter": current_meter(), "dark": dark}, content_type="image/svg+xml"
    )
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "no-cache"
    return response


def _as_json(meter: Meter) -> dict[str, object]:
    doubling = meter.doubling
    return {
        "month": f"{meter.month:%Y-%m}",
        "currency": meter.currency,
        "raised": meter.raised,
        "fees": "after" if meter.after_fees else "before",
        "carried": meter.carried,
        "committed": meter.committed,
        "promised": meter.promised,
        "tiers": [
            {"amount": mark.amount, "title": mark.title, "pays_for": mark.pays_for, "reached": mark.reached}
            for mark in meter.marks
        ],
        "doubled": {
            "by": doubling.name,
            "until": doubling.ends_at.isoformat(),
            "up_to": doubling.cap,
            "left": doubling.left,
        }
        if doubling
        else None,
    }
