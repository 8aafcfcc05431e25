from typing import Any

from pennypress.funding.models import Gift, Pledge, ProviderCall


def ask(
    *, provider: str, verb: ProviderCall.Verb, key: str, gift: Gift | None = None, pledge: Pledge | None = None,
    wish: dict[str, Any] | None = None, asked_by: str = "",
) -> ProviderCall:  # fmt: skip
    """Write down what is wished of a provider, once per key, in the caller's transaction.

    The schedule carries it out within a minute or two; whoever cannot wait calls `carry_out` after the transaction.
    """
    fields = {
        "provider": provider, "verb": verb, "gift": gift, "pledge": pledge, "wish": wish or {}, "asked_by": asked_by,
    }  # fmt: skip
    call, _created = ProviderCall.objects.get_or_create(key=key, defaults=fields)
    return call
