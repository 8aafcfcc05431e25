from typing import Any
from uuid import UUID

from django.tasks import task

from pennypress.funding.models import Gift, Pledge, ProviderCall
from pennypress.jobs.actions import enqueue_once


def ask(
    *, provider: str, verb: ProviderCall.Verb, key: str, gift: Gift | None = None, pledge: Pledge | None = None,
    wish: dict[str, Any] | None = None, asked_by: str = "",
) -> ProviderCall:  # fmt: skip
    """Write down what is wished of a provider, once per key, in the caller's transaction, with the job that carries it out.

    Whoever waits for the answer calls `carry_out` after the transaction, and the job then finds it done.
    """
    fields = {
        "provider": provider, "verb": verb, "gift": gift, "pledge": pledge, "wish": wish or {}, "asked_by": asked_by,
    }  # fmt: skip
    call, created = ProviderCall.objects.get_or_create(key=key, defaults=fields)
    if created and verb not in ProviderCall.PAGES:
        enqueue_once(carry_out_later, key=f"call:{call.id}", args=(str(call.id),))
    return call


@task()
def carry_out_later(call_id: str) -> None:
    # Carrying out books the answer, and what is booked may ask again: here the circle is cut.
    from pennypress.funding.actions.calls import carry_out_or_leave

    carry_out_or_leave(call_id=UUID(call_id))
