"""Logging in by an account elsewhere (OpenID Connect), against a small provider that speaks it."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from django.test import Client, override_settings
from django.urls import reverse

import yesand
from yesand.people import services as people
from yesand.people.models import Event, User
from yesand.site.settings import issuers, oidc

PASSWORD = "a line of one's own"
KEY = "a secret of this provider alone, long enough for HMAC"
pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]  # sockets to this machine alone


@dataclass
class Provider:
    """A provider: whoever comes is ``subject``, and every code is good once, with its verifier."""

    issuer: str = ""
    #: Who it says that it is, where that is another.
    pose: str = ""
    subject: str = "someone-else"
    audience: str = "yes-and"
    codes: dict[str, str] = field(default_factory=dict)

    def authorise(self, address: str) -> str:
        """Let a person in; return the address that the browser is sent back to."""
        told = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert told["client_id"] == "yes-and" and told["response_type"] == "code"
        code = f"code-{len(self.codes)}"
        self.codes[code] = told["code_challenge"]
        return f"{told['redirect_uri']}?{urlencode({'code': code, 'state': told['state']})}"

    def token(self, form: dict[str, list[str]]) -> dict[str, Any]:
        """Exchange a code (RFC 6749 §4.1.3) whose verifier fits (RFC 7636 §4.6)."""
        challenge = self.codes.pop(form["code"][0])
        digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == challenge
        now = int(time.time())
        claims = {
            "iss": self.pose or self.issuer,
            "sub": self.subject,
            "aud": self.audience,
            "iat": now,
            "exp": now + 60,
        }
        token = jwt.encode(claims, KEY, "HS256")
        return {"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token}


@pytest.fixture
def provider() -> Iterator[Provider]:
    here = Provider()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            about = {
                "issuer": here.pose or here.issuer,
                "authorization_endpoint": f"{here.issuer}/authorise",
                "token_endpoint": f"{here.issuer}/token",
                "userinfo_endpoint": f"{here.issuer}/userinfo",
                "jwks_uri": f"{here.issuer}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
            self.say({"sub": here.subject} if self.path == "/userinfo" else about)

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            self.say(here.token(parse_qs(self.rfile.read(length).decode())))

        def say(self, what: dict[str, Any]) -> None:
            body = json.dumps(what).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    here.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with override_settings(SOCIALACCOUNT_PROVIDERS=oidc(f"{here.issuer},yes-and,secret")):
        yield here
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def ben(house: yesand.House) -> User:
    return people.account("ben", "rater", PASSWORD)


def by_provider(client: Client, provider: Provider, process: str = "login") -> Any:
    address = reverse("openid_connect_login", args=["house"])
    sent = client.post(f"{address}?{urlencode({'process': process})}")
    assert sent.status_code == 302 and sent.headers["Location"].startswith(provider.issuer)
    back = urlsplit(provider.authorise(sent.headers["Location"]))
    return client.get(f"{back.path}?{back.query}")


def test_who_linked_an_account_logs_in_by_it(ben: User, provider: Provider) -> None:
    client = Client()
    client.post(reverse("account_login"), {"login": "ben", "password": PASSWORD})
    linked = by_provider(client, provider, "connect")
    assert linked.status_code == 302
    assert "someone" not in client.get(reverse("socialaccount_connections")).content.decode()
    again = Client()
    assert by_provider(again, provider).headers["Location"] == reverse("me")
    assert again.get("/api/me").json()["username"] == "ben"
    kinds = list(Event.objects.filter(user=ben).order_by("pk").values_list("kind", flat=True))
    assert "account:provider:linked" in kinds and kinds[-1] == "session:login:succeeded"


def test_who_never_joined_is_not_made_an_account(ben: User, provider: Provider) -> None:
    client = Client()
    answer = by_provider(client, provider)
    page = client.get(answer.headers["Location"]) if answer.status_code == 302 else answer
    assert "We do not know you yet" in page.content.decode()
    assert User.objects.count() == 1 and client.get(reverse("me")).status_code == 302


def test_another_subject_of_the_same_provider_is_somebody_else(
    ben: User, provider: Provider
) -> None:
    client = Client()
    client.force_login(ben)
    by_provider(client, provider, "connect")
    provider.subject = "a stranger"
    stranger = Client()
    by_provider(stranger, provider)
    assert stranger.get(reverse("me")).status_code == 302


def test_a_token_for_another_client_opens_nothing(ben: User, provider: Provider) -> None:
    client = Client()
    client.force_login(ben)
    by_provider(client, provider, "connect")
    provider.audience = "another client"
    other = Client()
    answer = by_provider(other, provider)
    assert answer.status_code in {200, 401} and "did not work" in answer.content.decode()
    assert other.get(reverse("me")).status_code == 302


def test_a_provider_that_says_it_is_another_opens_nothing(ben: User, provider: Provider) -> None:
    client = Client()
    client.force_login(ben)
    by_provider(client, provider, "connect")
    provider.pose = "https://accounts.example"
    other = Client()
    assert "did not work" in by_provider(other, provider).content.decode()
    assert other.get(reverse("me")).status_code == 302


def test_an_answer_to_a_question_that_nobody_asked_opens_nothing(
    ben: User, provider: Provider
) -> None:
    client = Client()
    address = reverse("openid_connect_callback", args=["house"])
    answer = client.get(f"{address}?code=code-0&state=made-up")
    assert "did not work" in answer.content.decode()
    assert client.get(reverse("me")).status_code == 302


def test_the_page_offers_the_provider_and_leads_to_it_alone(
    house: yesand.House, provider: Provider
) -> None:
    page = Client().get(reverse("account_login")).content.decode()
    assert "Log in by 127.0.0.1" in page
    assert issuers(oidc("https://id.example/realm,client,secret")) == ["https://id.example"]
