"""A cache in front of the site (Varnish, Fastly, Cloudflare): what it is told with each page, and how it forgets.

Each ready page says by which tags it may be forgotten; every change writes its tags into the table of purges in its own
transaction, and the worker tells the cache. See docs/decisions/0009.
"""
