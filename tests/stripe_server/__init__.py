"""A stand-in for Stripe as a process of its own, written from Stripe's public documents (API version 2026-10-28.endive).

It knows nothing of Pennypress and imports neither Django nor Stripe's library. Start it with
`python -m tests.stripe_server --port 12111`; its panel is at `/panel`, its levers at `/_/…` (levers.py).
"""
