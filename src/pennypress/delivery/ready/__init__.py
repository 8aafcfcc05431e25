"""Ready pages: what readers see, made when something in it changes and kept as compressed bytes in front of Django.

A view that answers everybody alike says so with `@ready`. While it is rendered, what it shows names its tags with
`shows`; what changes it names the same tags with `changed`, in its transaction. See docs/decisions/0007.
"""

from pennypress.delivery.ready.kept import kept
from pennypress.delivery.ready.showing import EVERYWHERE, PAGES, changed, fades, last_change, not_kept, shows
from pennypress.delivery.ready.views import meaningful, ready

__all__ = ["EVERYWHERE", "PAGES", "changed", "fades", "kept", "last_change", "meaningful", "not_kept", "ready", "shows"]
