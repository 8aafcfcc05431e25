"""`pennypress funding reconcile`: the books against the payment providers, said in sentences."""

from datetime import datetime

from pennypress.ops.data import DataDirectory


def run(data: DataDirectory, *, days: int) -> int:
    """Compare and print; exit status 1 when something is missing on either side, or a provider does not answer."""
    from datetime import timedelta

    import django

    data.make_usable()
    django.setup()

    from django.utils import timezone

    from pennypress.newsroom.actions import entered
    from pennypress.newsroom.queries import load_newsroom

    newsroom = load_newsroom()
    if newsroom is None:
        print("There is no newsroom in this directory yet.")
        return 1
    with entered(newsroom):
        return compare(since=timezone.now() - timedelta(days=days))


def compare(*, since: datetime) -> int:
    """Each provider by itself; prints what a person needs to know."""
    from pennypress.funding.actions import reconcile
    from pennypress.funding.providers.base import Unreachable
    from pennypress.funding.providers.registry import providers

    good = True
    if not any(provider.has_balance for provider in providers()):
        print("No payment provider is set up that keeps a balance, so there is nothing to compare.")
    for provider in [one for one in providers() if one.has_balance]:
        try:
            report = reconcile(provider=provider, since=since)
        except Unreachable as error:
            print(f"{provider.name}: {error}")
            good = False
            continue
        good = good and report.is_good
        print(f"{provider.name}: {report.movements} movements since {report.since:%Y-%m-%d}.")
        for sentence in (*report.mended, *report.missing):
            print(f"  {sentence}")
        if report.silent_since:
            print(f"  Payments came, but no event has told of them since {report.silent_since:%Y-%m-%d %H:%M}.")
        if report.is_good:
            print("  The books agree with it.")
    return 0 if good else 1
