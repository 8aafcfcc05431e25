"""Pages of a list, newest first, and objects put in the place of their ids where a call asked to expand them."""

import copy
from typing import Any

from tests.stripe_server.account import Account, Object
from tests.stripe_server.parameters import Refused, whole

RANGES = ("created", "arrival_date")


def page(account: Account, kind: str, params: dict[str, Any], path: str) -> Object:
    every = list(reversed(account.events)) if kind == "event" else account.all(kind)
    # The order of creation is also that of time; what is made in one second keeps its order.
    found = [one for one in every if _fits(account, one, params)]
    numbers = [one["id"] for one in found]
    limit = whole(params, "limit", 10) or 10
    if not 1 <= limit <= 100:
        raise Refused(400, "Limit must be between 1 and 100.", param="limit")
    start, end = 0, len(found)
    if after := params.get("starting_after"):
        start = _place(numbers, after) + 1
    if before := params.get("ending_before"):
        end = _place(numbers, before)
        start = max(start, end - limit)
    return {
        "object": "list",
        "url": path,
        "data": found[start : min(end, start + limit)],
        "has_more": start + limit < end,
    }


def find_event(account: Account, number: str) -> Object:
    for event in account.events:
        if event["id"] == number:
            return event
    raise Refused(404, f"No such event: '{number}'", code="resource_missing", param="id")


def expand(account: Account, answer: Object, paths: list[str]) -> Object:
    answer = copy.deepcopy(answer)
    for path in paths:
        _expand(account, answer, path.split("."), path)
    return answer


def _expand(account: Account, place: Any, names: list[str], path: str) -> None:
    name, rest = names[0], names[1:]
    if name == "data" and isinstance(place.get("data"), list):
        for one in place["data"]:
            _expand(account, one, rest, path)
        return
    if name == "payments" and place.get("object") == "invoice":
        place["payments"] = {
            "object": "list", "data": copy.deepcopy(account.all("invoice_payment", invoice=place["id"])),
            "has_more": False, "url": f"/v1/invoice_payments?invoice={place['id']}",
        }  # fmt: skip
    if name not in place:
        raise Refused(400, f"This property cannot be expanded ({path}).")
    value = place[name]
    if isinstance(value, str):
        found = account.objects.get(value)
        if found is None:
            raise Refused(400, f"This property cannot be expanded ({path}).")
        place[name] = value = copy.deepcopy(found)
    if rest and isinstance(value, dict):
        _expand(account, value, rest, path)


def _fits(account: Account, one: Object, params: dict[str, Any]) -> bool:
    for name, wish in params.items():
        if name in ("limit", "starting_after", "ending_before", "expand", "delivery_success"):
            continue
        if name in RANGES and isinstance(wish, dict):
            value = one[name]
            tests = {"gt": value.__gt__, "gte": value.__ge__, "lt": value.__lt__, "lte": value.__le__}
            if not all(tests[how](int(bound)) for how, bound in wish.items()):
                return False
        elif name == "types":
            if one["type"] not in wish:
                return False
        elif name == "payout":
            if account.hidden.get(one["id"], {}).get("payout") != wish:
                return False
        elif name == "payment":
            if one["payment"].get("payment_intent") != wish.get("payment_intent"):
                return False
        elif name == "subscription" and one["object"] == "invoice":
            if one["parent"]["subscription_details"]["subscription"] != wish:
                return False
        elif name == "status" and wish == "all":
            continue
        elif one.get(name) != wish:
            return False
    return True


def _place(numbers: list[str], number: str) -> int:
    if number not in numbers:
        raise Refused(400, f"No such object: '{number}'", code="resource_missing")
    return numbers.index(number)
