"""The hosted checkout page, and the panel with the faults. Plain HTML, no script."""

from html import escape

from tests.stripe_server.account import Account, Object

CARDS = [
    ("4242", "Card that works (… 4242)"),
    ("0002", "Card that is declined (… 0002)"),
    ("0341", "Card that works once and fails from then on (… 0341)"),
    ("3000", "SEPA debit that works after five days (… 3000)"),
    ("6789", "SEPA debit that fails after five days (… 6789)"),
]
HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Stripe stand-in</title>'


def checkout(session: Object, *, declined: bool = False) -> str:
    amount = (
        f"{session['amount_total']} {session['currency']} (minor units)"
        if session["amount_total"]
        else "No payment now"
    )
    if session["status"] != "open":
        return f"{HEAD}<h1>This page has been used</h1>"
    choices = "".join(
        f'<p><label><input type="radio" name="card" value="{last4}"{" checked" if last4 == "4242" else ""}> {label}</label></p>'
        for last4, label in CARDS
    )
    error = '<p role="alert">Your card was declined.</p>' if declined else ""
    back = f'<p><a href="{escape(session["cancel_url"])}">Back</a></p>' if session["cancel_url"] else ""
    return (
        f'{HEAD}<h1>Pay</h1><p id="amount">{escape(amount)}</p><p>{escape(session["customer_email"] or "")}</p>{error}'
        f'<form method="post">{choices}<button>Pay</button></form>{back}'
    )


def panel(account: Account) -> str:
    rows = "".join(f"<li>{escape(event['type'])} {event['id']}</li>" for event in reversed(account.events[-40:]))
    kinds = ("duplicate", "reorder", "delay", "drop", "bad_signature", "old_version", "429", "500_before", "500_after")
    buttons = "".join(f'<button name="fault" value="{kind}">{kind}</button> ' for kind in kinds)
    return (
        f'{HEAD}<h1>Panel</h1><p>The clock says {account.now}.</p><form method="post"><p>Next event or call: {buttons}</p>'
        '<p><button name="days" value="1">One day passes</button> <button name="days" value="31">A month passes</button> '
        f'<button name="payout" value="1">Pay out</button></p></form><h2>Events</h2><ol>{rows}</ol>'
    )
