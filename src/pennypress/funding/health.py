"""Whether payments can be relied on: what `pennypress doctor` asks of the providers and of the inbox."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from pennypress.funding.attacks import rush
from pennypress.funding.models import Gift, GiftState
from pennypress.funding.providers.registry import providers
from pennypress.funding.queries import last_reconciliations, stuck_events

# The schedule compares every night; two nights without a comparison are not by chance.
RECONCILED_WITHIN = timedelta(hours=49)


def attack_problems() -> list[str]:
    """What is to be known of somebody who tries cards: for the operator in one sentence, nothing on other days."""
    now = rush()
    if now.attack:
        return [
            f"The newsroom has said that the giving screen is under attack; it ends by itself {now.attack.ends_at:%Y-%m-%d %H:%M} UTC."
        ]
    if now.hot:
        return [
            f"{now.beginnings} gifts were begun within ten minutes: somebody may be trying stolen cards (Funding, Stolen cards)."
        ]
    return []


def payment_problems() -> list[str]:
    """One sentence for each thing that is wrong, so nothing for a site whose payments are in order. May call the network."""
    found = attack_problems()
    # A bank account alone says nothing: the demo has one too.
    online = [provider for provider in providers() if provider.name not in {"fake", "bank"}]
    if settings.PENNYPRESS_DEMO_PAYMENTS and (online or settings.HTTPS):
        found.append("Test payments are on: PENNYPRESS_DEMO_PAYMENTS=no takes them off a site that takes real money.")
    for provider in online:
        found += provider.problems()
    if stuck := stuck_events().count():
        found.append(f"{stuck} events of payment providers wait to be applied; the funding desk says why.")
    reports = {report.provider: report for report in last_reconciliations()}
    for provider in online:
        report = reports.get(provider.name)
        used = Gift.objects.filter(provider=provider.name, state=GiftState.CAPTURED).exists()
        if used and (report is None or timezone.now() - report.ran_at > RECONCILED_WITHIN):
            found.append(f"The books were not compared with {provider.name} for more than two days.")
        elif report and report.silent_since:
            found.append(
                f"No event of {provider.name} has come since {report.silent_since:%Y-%m-%d %H:%M}, though payments did."
            )
        elif report and report.missing:
            found.append(f"The books and {provider.name} do not agree; `pennypress funding reconcile` says where.")
    return found
