"""Streams on the real server, a few hundred of them: every one is told, none costs a thread, and a stop ends them all."""

import asyncio
import http.client
import resource
from urllib.parse import urlsplit

from tests.delivery.door import run
from tests.load import live

STREAMS = 200


def test_hundreds_of_open_pages_are_told_of_a_comment(site):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 2_000)), hard))
    figures = run(live.measure(site.url, site.data, site.process.pid, STREAMS, rounds=2))
    assert [len(arrivals) for arrivals in figures.arrivals] == [STREAMS, STREAMS]
    # Generous: other tests use the machine meanwhile. The real figures are in docs/performance.md.
    assert max(figures.last) < 10
    before, after = figures.threads
    # The one that asks the database, in each of the two processes, and none for a stream.
    assert after - before <= 4


def test_a_stream_is_plain_http(site):
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=20)
    connection.request("GET", "/live/", headers={"Accept-Encoding": "gzip, br, zstd"})
    answer = connection.getresponse()
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.headers["Content-Encoding"] is None and answer.headers["Cache-Control"] == "no-store"
    assert answer.readline().startswith(b"retry: ") and answer.readline() == b"event: hello\n"
    connection.close()


def test_open_streams_do_not_hold_up_a_stop(tmp_path):
    live.make_demo(tmp_path)
    port = live.free_port()
    server = live.served_by_one(tmp_path, port)

    async def story():
        readers = await live.open_streams(
            f"http://127.0.0.1:{port}", live.article_of(f"http://127.0.0.1:{port}")[1], 50
        )
        begun = live.time.monotonic()
        server.terminate()
        while not all(reader.ended for reader in readers):
            await asyncio.sleep(0.02)
            assert live.time.monotonic() - begun < 5
        for reader in readers:
            reader.transport.close()
        await asyncio.to_thread(server.wait, 5)
        return live.time.monotonic() - begun

    try:
        assert run(story()) < 5
    finally:
        server.kill()
