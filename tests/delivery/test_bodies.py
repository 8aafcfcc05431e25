"""What a request brings: taken whole, within bounds, and at the cost of nobody else."""

import asyncio

import pytest
from django.conf import settings

from pennypress.delivery import bodies
from pennypress.delivery.bodies import IN_ALL, PER_NETWORK, Bodies, NoBody
from pennypress.delivery.dispatcher import WAITING, Dispatcher
from tests.delivery.door import Protocol, ask, run, scope


class Sender(Protocol):
    """A request whose parts arrive one after another; `None` is a part that never comes, an error the end before the end."""

    def __init__(self, *parts):
        super().__init__()
        self.parts = iter(parts)

    def __aiter__(self):
        return self

    async def __anext__(self):
        part = next(self.parts, b"")
        if part is None:
            await asyncio.sleep(3600)
        if isinstance(part, Exception):
            raise part
        if not part:
            raise StopAsyncIteration
        return part


def post_scope(client="203.0.113.9:4000", path="/discussion/keys/", **headers):
    asked = scope(path, method="POST", headers=headers)
    asked.client = client
    return asked


def echo(environ, start_response):
    start_response("200 OK", [])
    return [environ["wsgi.input"].read() or b"nothing"]


def read(*parts, announced="", path="/x/"):
    return run(Bodies().read(Sender(*parts), path=path, announced=announced, network="n"))


def test_those_who_send_slowly_keep_nobody_out():
    """Hundreds of forms of which only the first letter came held every place there was, and all other pages said "busy"."""

    async def attacked():
        dispatcher = Dispatcher(echo, [])
        # From many networks, as many at once as are let in, and more than may wait.
        slow = [
            asyncio.create_task(
                dispatcher.answer(post_scope(client=f"198.51.100.{number % 250}:1"), Sender(b"a", None))
            )
            for number in range(2 * WAITING)
        ]
        await asyncio.sleep(0)
        page = await ask(dispatcher, scope("/search/"), Protocol())
        waiting = dispatcher.waiting
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        return page, waiting, dispatcher.bodies.of_network.total()

    page, waiting, left = run(attacked())
    assert (page.status, page.body) == (200, b"nothing")
    assert waiting == 0 and left == 0


def test_one_network_sends_a_few_forms_at_once_and_others_go_on():
    async def attacked():
        dispatcher = Dispatcher(echo, [])
        slow = [
            asyncio.create_task(dispatcher.answer(post_scope(), Sender(b"a", None))) for _number in range(PER_NETWORK)
        ]
        await asyncio.sleep(0)
        same = await ask(dispatcher, post_scope(), Sender(b"x=1"))
        other = await ask(dispatcher, post_scope(client="198.51.100.1:1"), Sender(b"x=1"))
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        after = await ask(dispatcher, post_scope(), Sender(b"x=1"))
        return same, other, after

    same, other, after = run(attacked())
    assert same.status == 429 and same.headers["retry-after"] == "5"
    assert (other.status, other.body, after.status) == (200, b"x=1", 200)


def test_all_networks_together_have_a_bound():
    async def attacked():
        found = Bodies()
        slow = [
            asyncio.create_task(found.read(Sender(None), path="/x/", announced="", network=str(number)))
            for number in range(IN_ALL)
        ]
        await asyncio.sleep(0)
        with pytest.raises(NoBody) as refused:
            await found.read(Sender(b"x"), path="/x/", announced="", network="another")
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        return refused.value.status

    assert run(attacked()) == 503


@pytest.mark.parametrize("bound", ["SILENCE_SECONDS", "LONGEST_SECONDS"])
def test_who_falls_silent_is_let_go(monkeypatch, bound):
    monkeypatch.setattr(bodies, bound, 0.01)
    with pytest.raises(NoBody) as refused:
        read(b"a", None)
    assert refused.value.status == 408


def test_a_form_that_was_cut_off_is_nobodys_words():
    with pytest.raises(NoBody) as refused:
        read(b"text=I+do+not", ConnectionError())
    assert refused.value.status == 400
    assert read(b"text=", b"whole", announced="10") == b"text=whole"


def test_readers_send_forms_and_editors_pictures():
    # What Django would not read is refused here, with a sentence that says why.
    assert bodies.LARGEST_FORM == settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    large = b"x" * (bodies.LARGEST_FORM + 1)
    for announced in ("", str(len(large))):
        with pytest.raises(NoBody) as refused:
            read(large, announced=announced)
        assert refused.value.status == 413
    assert len(read(large, path="/admin/images/add/")) == len(large)
    with pytest.raises(NoBody):
        read(path="/admin/images/add/", announced=str(bodies.LARGEST_UPLOAD + 1))


def test_what_announces_nonsense_is_read_as_it_comes():
    assert read(b"abc", announced="٣") == b"abc"
    assert read(announced="0") == b""


@pytest.mark.parametrize(
    ("accept", "fragment", "kind"),
    [("text/html,*/*", "", "text/html"), ("*/*", "", "text/plain"), ("text/html", "1", "text/plain")],
)
def test_who_reads_pages_is_refused_on_a_page_and_a_script_with_the_sentence_alone(accept, fragment, kind):
    asked = post_scope(**{"content-length": str(bodies.LARGEST_FORM + 1), "accept": accept, "x-fragment": fragment})
    answer = run(ask(Dispatcher(echo, []), asked, Sender(b"x")))
    assert answer.status == 413 and answer.headers["content-type"] == f"{kind}; charset=utf-8"
    text = answer.body.decode()
    assert "This is larger than the server accepts." in text
    assert ("<h1" in text) is (kind == "text/html")
