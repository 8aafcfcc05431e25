"""Readers who write at a site while it is being killed: posters, voters and givers, and what each was told is done."""

import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.crash.site import CrashSite, NoAnswer
from tests.proof import challenge_in, solved

POSTERS, VOTERS, GIVERS = 4, 2, 1
# Precondition Required: a proof of work.
WORK_FIRST = 428


@dataclass
class Told:
    """What clients were told is done, as (kind, key), in the order the answers came."""

    facts: list[tuple[str, str]] = field(default_factory=list)
    # Answers that were neither yes nor a refusal that changes nothing.
    failures: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    also: Callable[[int], None] = lambda number: None

    def done(self, kind: str, key: str) -> None:
        with self.lock:
            self.facts.append((kind, key))
            self.also(len(self.facts))


class Load:
    """Writes until `stop`; every choice comes from the seed."""

    def __init__(self, site: CrashSite, seed: int, told: Told) -> None:
        self.site, self.seed, self.told = site, seed, told
        self.over = threading.Event()
        self.pages = [self._page(number) for number in range(2)]
        work = [self.post] * POSTERS + [self.vote] * VOTERS + [self.give] * GIVERS
        self.threads = [
            threading.Thread(target=self._repeat, args=(do, random.Random(f"{seed} {number}")))
            for number, do in enumerate(work)
        ]

    def _page(self, number: int) -> tuple[str, list[str]]:
        text = self.site.ask("GET", f"/town/story-{number}/").text
        action = re.search(r'action="(/discussion/pages/\d+/comments/)"', text)
        assert action is not None
        return action[1], re.findall(r'data-id="([0-9a-f-]+)"', text)

    def __enter__(self) -> "Load":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _repeat(self, do: Callable[[random.Random], None], chance: random.Random) -> None:
        while not self.over.is_set():
            try:
                do(chance)
            except NoAnswer:
                # The site is gone or going; whatever this was about, nobody was told that it is done.
                self.over.wait(0.05)

    def _send(self, path: str, fields: dict[str, str], chance: random.Random, headers: bool = False) -> str | None:
        network = f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}"
        answer = self.site.ask("POST", path, fields, network)
        if answer.status == WORK_FIRST:
            # So many gifts make the form run hot; a reader's browser would go on by itself, and so do we.
            proof = solved(challenge_in(answer.text))
            answer = self.site.ask("POST", path, {**fields, "proof": proof}, network)
        if answer.status != 302:
            self.told.failures.append(answer.status)
            return None
        return answer.headers.get("set-cookie", "") if headers else answer.headers["location"]

    def post(self, chance: random.Random) -> None:
        words = f"w{chance.getrandbits(64):x}"
        action, comments = chance.choice(self.pages)
        fields = {"name": "Ann", "text": words}
        if chance.random() < 0.5:
            fields["parent"] = chance.choice(comments)
        if self._send(action, fields, chance):
            self.told.done("comment", words)

    def vote(self, chance: random.Random) -> None:
        _action, comments = chance.choice(self.pages)
        comment = chance.choice(comments)
        cookie = self._send(f"/discussion/comments/{comment}/vote/", {"vote": "up"}, chance, headers=True)
        guest = re.search(r'pp_guest="?([0-9a-f-]{36})', cookie or "")
        if guest:
            self.told.done("vote", f"guest:{guest[1]} {comment.replace('-', '')}")

    def give(self, chance: random.Random) -> None:
        email = f"g{chance.getrandbits(64):x}@example.org"
        fields = {"often": "once", "own": "5", "email": email, "key": f"{chance.getrandbits(64):x}"}
        page = self._send("/support/", fields, chance)
        if page:
            self.told.done("gift", email)
            if self._send(urlsplit(page).path, {"answer": "captured"}, chance):
                self.told.done("paid gift", email)
