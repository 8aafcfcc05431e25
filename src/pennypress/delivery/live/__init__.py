"""Live events: what open pages are told while they are open, over one stream of server-sent events each.

A writer says what happened with `tell`, in its own transaction; the web processes see the clock of changes move, read
what is new once each, and pass it on to their streams. A room says with `opens` who of its channels anybody may hear,
and with `follows` which tag of ready pages every open page is told of. See docs/decisions/0012.
"""

from pennypress.delivery.live.channels import follows, opens
from pennypress.delivery.live.events import latest, tell, tell_instead, told_first

__all__ = ["follows", "latest", "opens", "tell", "tell_instead", "told_first"]
