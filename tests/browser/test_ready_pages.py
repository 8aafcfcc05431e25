"""Ready pages of the real server with its two web processes: what a writer was told, everybody sees."""

import re
import threading
from http.client import HTTPConnection
from urllib.parse import urlsplit


def ask(site, method, path, body=None, headers=None):
    """One request on a connection of its own, so that either web process may be the one to answer."""
    connection = HTTPConnection(urlsplit(site.url).netloc, timeout=20)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode(errors="replace")
    finally:
        connection.close()


def discussed_article(site):
    return re.search(r'<a href="(/[^"#]+)#discussion"', ask(site, "GET", "/")[2])[1]


def test_both_processes_show_a_vote_before_the_voter_is_answered(site):
    article = discussed_article(site)
    page = ask(site, "GET", article)[2]
    comment = re.search(r'data-id="([0-9a-f-]+)"', page)[1]
    counts = re.compile(f'comments/{comment}/vote/.*?class="up">(\\d+)', re.DOTALL)
    before = int(counts.search(page)[1])
    over, wrong = threading.Event(), []

    def hammer():
        while not over.is_set():
            status, _headers, _page = ask(site, "GET", article)
            if status != 200:
                wrong.append(status)

    readers = [threading.Thread(target=hammer) for _ in range(4)]
    for reader in readers:
        reader.start()
    try:
        for number in range(1, 13):
            fields = {"Content-Type": "application/x-www-form-urlencoded", "Origin": site.url}
            status, _headers, _text = ask(site, "POST", f"/discussion/comments/{comment}/vote/", "vote=up", fields)
            assert status == 302
            seen = {int(counts.search(ask(site, "GET", article)[2])[1]) for _ in range(6)}
            assert seen == {before + number}
    finally:
        over.set()
        for reader in readers:
            reader.join()
    assert not wrong


def test_a_page_is_one_copy_and_a_reader_who_has_it_is_told_so(site):
    status, headers, _body = ask(site, "GET", "/about/", headers={"Accept-Encoding": "gzip"})
    assert status == 200 and headers["content-encoding"] == "gzip" and "set-cookie" not in headers
    for more in ({}, {"Cookie": "_ga=1; consent=yes"}):
        asked = {"Accept-Encoding": "gzip", "If-None-Match": headers["etag"], **more}
        status, known, body = ask(site, "GET", "/about/?utm_source=mail", headers=asked)
        assert (status, body, known["etag"]) == (304, "", headers["etag"])
    status, head, body = ask(site, "HEAD", "/about/", headers={"Accept-Encoding": "gzip"})
    assert (status, body, head["content-length"]) == (200, "", headers["content-length"])
