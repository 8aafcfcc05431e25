"""Web push: only to known services, readable by the browser alone, against a push service that is a small server here."""

import base64
import json
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest
import time_machine
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils import timezone

from pennypress.jobs.models import Job, JobState
from pennypress.lib import webpush
from pennypress.notifications import actions, rules
from pennypress.notifications.models import Device, Notice
from tests.notifications.ground import identity_of, post, subscribe, told

# The standard's own example (RFC 8291, appendix A).
EXAMPLE = SimpleNamespace(
    text=b"When I grow up, I want to be a watermelon",
    sender="yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
    browser="BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    salt="DGv6ra1nlYgDCS1FRnbzlw",
    secret="BTBZMqHH6r4Tts7J_aSIgg",
    sealed="DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
)


def test_a_message_is_sealed_as_in_the_standards_example():
    sender = ec.derive_private_key(int.from_bytes(webpush.decode(EXAMPLE.sender)), ec.SECP256R1())
    sealed = webpush.encrypted(
        EXAMPLE.text, browser_key=EXAMPLE.browser, secret=EXAMPLE.secret,
        salt=webpush.decode(EXAMPLE.salt), sender=sender,
    )  # fmt: skip
    assert webpush.encode(sealed) == EXAMPLE.sealed


@pytest.mark.parametrize(
    "address",
    [
        "http://fcm.googleapis.com/x", "https://fcm.googleapis.com:8443/x", "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/fcm.googleapis.com", "https://me@fcm.googleapis.com/x", "https://127.0.0.1/x",
        "https://evilpush.apple.com/x", "https://[::1]/x", "https://fcm.googleapis.com:x/", "file:///etc/passwd", "",
    ],
)  # fmt: skip
def test_no_address_but_a_known_push_services_is_ever_called(address):
    assert not rules.is_push_address(address)


def test_the_browsers_of_today_are_known():
    for host in (
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        "wns2-par02p.notify.windows.com",
        "web.push.apple.com",
    ):
        assert rules.is_push_address(f"https://{host}/send/abc")


class Browser:
    """What a browser does with a push message: open it with its own keys."""

    def __init__(self):
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.point = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.secret = bytes(range(16))

    def opened(self, body):
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert size == webpush.RECORD and length == 65
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)

        def derive(material, salt, info, length):
            return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(material)

        keys = derive(
            self.private.exchange(ec.ECDH(), point), self.secret, b"WebPush: info\0" + self.point + sender, 32
        )
        cipher = AESGCM(derive(keys, salt, b"Content-Encoding: aes128gcm\0", 16))
        text = cipher.decrypt(derive(keys, salt, b"Content-Encoding: nonce\0", 12), sealed, None)
        return json.loads(text.removesuffix(b"\x02"))


@pytest.fixture
def service(monkeypatch):
    """A push service on this machine. `answer` is the status it gives; `got` what it was sent."""
    state = SimpleNamespace(answer=201, got=[], location="")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(state.answer)
            if state.location:
                self.send_header("Location", state.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_address[1]}/send/abc"
    known = rules.is_push_address
    monkeypatch.setattr(rules, "is_push_address", lambda address: address == state.address or known(address))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()


@pytest.fixture
def site_key(settings, tmp_path):
    settings.DATA = tmp_path
    key = webpush.new_key()
    (tmp_path / "push.key").write_bytes(key)
    return key


@pytest.fixture
def device(service, site_key, article, member):
    """A browser of the member's that asked to show notices of an article."""
    browser = Browser()
    subscribe(article, identity=identity_of(member), frequency="site")
    actions.add_device(
        recipient=actions.member_recipient(member), endpoint=service.address,
        public_key=webpush.encode(browser.point), secret=webpush.encode(browser.secret),
    )  # fmt: skip
    return browser


def claims_of(header, key):
    """The claims of a proof, once its signature is found to be the site's (RFC 8292)."""
    token, public = (part.partition("=")[2] for part in header.removeprefix("vapid ").split(", "))
    assert public == webpush.public_key(key)
    signed, _, signature = token.rpartition(".")
    raw = webpush.decode(signature)
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), webpush.decode(public))
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    point.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        point.verify(der, signed.encode() + b"x", ec.ECDSA(hashes.SHA256()))
    return json.loads(base64.urlsafe_b64decode(signed.split(".")[1] + "=="))


def test_a_browser_is_told_and_only_it_can_read_it(article, device, service, site_key):
    comment = post(article, text="Sécret words 田中 " + "x" * 600, name="Bob")
    told()
    ((path, headers, body),) = service.got
    assert path == "/send/abc" and headers["content-encoding"] == "aes128gcm" and int(headers["ttl"]) > 0
    assert b"words" not in body and len(body) <= webpush.RECORD
    message = device.opened(body)
    assert message["title"] == article.title and message["body"].startswith("Bob: Sécret words 田中")
    assert message["url"] == f"/discussion/comments/{comment.pk}/"
    claims = claims_of(headers["authorization"], site_key)
    assert claims["aud"] == service.address.removesuffix("/send/abc")
    assert time.time() < claims["exp"] <= time.time() + 24 * 3600


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(article, device, service, status):
    service.answer = status
    post(article)
    told()
    assert not Device.objects.exists()


def test_a_service_that_asks_for_patience_is_asked_again(article, device, service):
    service.answer = 429
    post(article)
    told()
    assert Job.objects.get(task__endswith="push_notice").state == JobState.WAITING
    service.answer = 201
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        told()
    assert Job.objects.get(task__endswith="push_notice").state == JobState.DONE
    assert len(service.got) == 2


def test_a_service_that_sends_us_elsewhere_is_not_followed(article, device, service):
    service.answer, service.location = 307, service.address + "/secret"
    post(article)
    told()
    assert [path for path, _headers, _body in service.got] == ["/send/abc"]


def test_what_was_removed_paused_or_read_meanwhile_is_not_pushed(article, device, service, member, moderator):
    from pennypress.discussion import actions as discussion

    recipient = actions.member_recipient(member)
    comments = [post(article, text=f"Comment {number}") for number in range(2)]
    told()
    service.got.clear()
    discussion.remove_comment(comment_id=comments[0].pk, moderator=moderator, rule="spam")
    actions.push_notice.call(str(Notice.objects.get(subject=str(comments[0].pk)).pk))
    other = Notice.objects.get(subject=str(comments[1].pk))
    actions.mark_read(recipient=recipient, notice_id=other.pk)
    actions.push_notice.call(str(other.pk))
    actions.pause(recipient=recipient)
    post(article, text="While paused")
    told()
    assert service.got == []


def test_a_page_asks_for_its_browser_and_only_for_a_known_service(client, newsroom, member, site_key):
    client.force_login(member)
    page = client.get("/account/subscriptions/").content.decode()
    assert webpush.public_key(site_key) in page
    browser = Browser()
    form = {
        "endpoint": "https://fcm.googleapis.com/fcm/send/abc",
        "public_key": webpush.encode(browser.point),
        "secret": webpush.encode(browser.secret),
    }
    for wrong in (
        {"endpoint": "https://127.0.0.1/x"}, {"public_key": "AAAA"}, {"public_key": "é"}, {"secret": "AAAA"},
        {"public_key": webpush.encode(b"\4" + bytes(64))},
    ):  # fmt: skip
        assert client.post("/account/push/", {**form, **wrong}).status_code == 422
    assert client.post("/account/push/", form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert not Device.objects.exists()
    assert client.post("/account/push/", form).status_code == 204
    assert client.post("/account/push/", form).status_code == 204
    assert Device.objects.get().recipient.user == member
    client.post("/account/push/", {**form, "deed": "remove"})
    assert not Device.objects.exists()
    client.logout()
    assert client.post("/account/push/", form).status_code == 302


def test_the_worker_has_an_address_of_its_own(client, newsroom):
    answer = client.get("/push-worker.js")
    assert answer["Content-Type"].startswith("text/javascript") and answer["Cache-Control"] == "no-cache"
    assert b"showNotification" in answer.content and not answer.cookies
    assert "worker-src 'self'" in client.get("/account/inbox/", follow=True)["Content-Security-Policy"]


def test_one_person_has_a_bounded_number_of_browsers(site_key, member):
    recipient = actions.member_recipient(member)
    browser = Browser()
    for number in range(rules.MAX_DEVICES + 2):
        actions.add_device(
            recipient=recipient, endpoint=f"https://fcm.googleapis.com/fcm/send/{number}",
            public_key=webpush.encode(browser.point), secret=webpush.encode(browser.secret),
        )  # fmt: skip
    assert Device.objects.count() == rules.MAX_DEVICES
    assert not Device.objects.filter(endpoint__endswith="/0").exists()


def test_the_key_is_made_once_and_kept(tmp_path):
    from pennypress.ops.data import DataDirectory

    data = DataDirectory(tmp_path)
    data.keep_push_key(webpush.new_key())
    before = (tmp_path / "push.key").read_bytes()
    data.keep_push_key(webpush.new_key())
    assert (tmp_path / "push.key").read_bytes() == before
    assert (tmp_path / "push.key").stat().st_mode & 0o077 == 0
