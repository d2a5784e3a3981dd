"""Reminders, handed to a real mail server and a real web server: numbers and kinds, once, and never what is not public."""

from __future__ import annotations

import asyncio
import hmac
import json
import ssl
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from api.settings import Settings
from domain.errors import DomainError
from domain.follow_up_commands import OrderCorrection
from ledger.deliveries import Deliveries
from mingqian import cli
from mingqian.reminding.command import remind_now
from tests import story
from tests.projections.recording import record
from tests.serving import Service, fresh_database, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADDRESS = "reviewer@example.test"
SECRET = "example-secret"  # noqa: S105 - of nobody
SECRETS = ("更换灭火器", "school:", "联2024026", "E1", "reviewer1")


@pytest.fixture(scope="module")
def late(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service where an order of 1 July 2024 is not met and a result is not public; each test has a day of its own."""
    told, id_, _ = story.with_problem()
    order = OrderCorrection(
        inspection=id_, items=("I-EDU",), requirement="更换灭火器", due="2024-07-01"
    )
    told.act("clerk-edu", "clerk", order)
    home = tmp_path_factory.mktemp("late")
    with fresh_database(server) as dsn, serving(dsn, home) as running:
        record(running.parts.ledger, told)
        running.clock.write_text(told.now, encoding="utf-8")
        answer = running.http.put(
            "/accounts/me/email", json={"email": ADDRESS}, headers=running.as_("reviewer1")
        )
        assert answer.status_code == 204
        yield running


@dataclass
class Mailbox:
    """Takes mail, and answers it as told: "take", "refuse", or "break", which takes it and hangs up."""

    answers: list[str] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: ANN401, N802 - aiosmtpd's
        """Say whether a message is taken."""
        answer = self.answers.pop(0) if self.answers else "take"
        if answer == "refuse":
            return "451 later"
        told = message_from_bytes(envelope.content, policy=policy.default)
        assert envelope.rcpt_tos == [told["To"]]
        assert envelope.content.isascii()
        assert b"\n" not in envelope.content.replace(b"\r\n", b"")
        self.taken.append(told)
        if answer == "break":
            server.transport.abort()
        return "250 OK"

    def authenticate(self, *asked: Any) -> AuthResult:  # noqa: ANN401 - aiosmtpd's
        """Take the one password there is."""
        self.logins.append(asked[-1].password)
        return AuthResult(success=asked[-1].password == SECRET.encode())


@contextmanager
def mail_server(mailbox: Mailbox, **options: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any option
    """Run it, and give the settings that name it."""
    loop = asyncio.new_event_loop()
    starting = loop.create_server(lambda: SMTP(mailbox, **options), "127.0.0.1", 0)
    listening = loop.run_until_complete(starting)
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield {
            "smtp_host": "127.0.0.1",
            "smtp_port": listening.sockets[0].getsockname()[1],
            "smtp_security": "none",
            "mail_sender": "mingqian@example.test",
            "public_address": "https://mingqian.example.test",
        }
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listening.close()
        for one in asyncio.all_tasks(loop):
            one.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@contextmanager
def web_server(answers: list[int]) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """Run it; it answers with these statuses and keeps what it was sent."""
    taken: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append((dict(self.headers), content))
            self.send_response(answers.pop(0))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=web.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{web.server_address[1]}/hook", taken
    finally:
        web.shutdown()
        thread.join()
        web.server_close()


def remind(service: Service, now: str, **settings: Any) -> Counter[str]:  # noqa: ANN401 - any setting
    """Remind at a moment; what ended how."""
    service.clock.write_text(now, encoding="utf-8")
    ends = remind_now(service.parts.settings.model_copy(update=settings))
    return Counter({end: count for end, count in ends.items() if count})


def test_a_person_is_reminded_once_a_day_of_numbers_and_kinds_only(late: Service) -> None:
    """No entity, no text of an order, no name; with a link, and under one Message-ID."""
    mailbox = Mailbox()
    with mail_server(mailbox) as settings:
        assert remind(late, "2024-07-02T01:00:00.000Z", **settings) == {"delivered": 1}
        assert remind(late, "2024-07-02T09:00:00.000Z", **settings) == {}
        assert remind(late, "2024-07-03T01:00:00.000Z", **settings) == {"delivered": 1}
    first, second = mailbox.taken
    text = first.get_body().get_content()  # type: ignore[union-attr]
    assert "核查改正情况 (inspection.verify-correction): 1" in text
    assert "https://mingqian.example.test" in text
    assert first["Subject"].startswith("明签待办：逾期 1，将到期 0")
    assert not [one for one in SECRETS if one in first.as_string() + text]
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Auto-Submitted"] == "auto-generated"


def test_nobody_is_reminded_on_a_day_that_is_not_worked(late: Service) -> None:
    """Saturday, 6 July 2024."""
    with mail_server(Mailbox()) as settings:
        assert remind(late, "2024-07-06T01:00:00.000Z", **settings) == {}


def test_what_is_refused_is_tried_again_after_a_while_and_then_no_more(late: Service) -> None:
    """After two minutes, then four; nothing listens the second time."""
    mailbox = Mailbox(answers=["refuse"])
    with mail_server(mailbox) as settings:
        assert remind(late, "2024-07-08T01:00:00.000Z", **settings) == {"refused": 1}
        assert remind(late, "2024-07-08T01:01:59.999Z", **settings) == {}
    gone = remind(late, "2024-07-08T01:02:00.000Z", **settings)
    assert gone == {"refused": 1}
    with mail_server(mailbox) as settings:
        assert remind(late, "2024-07-08T01:05:59.999Z", **settings) == {}
        assert remind(late, "2024-07-08T01:06:00.000Z", **settings) == {"delivered": 1}
        assert remind(late, "2024-07-08T09:00:00.000Z", **settings) == {}
    assert len(mailbox.taken) == 1


def test_what_may_have_arrived_is_never_sent_again(late: Service) -> None:
    """The server takes the message, and the line breaks before it says so."""
    mailbox = Mailbox(answers=["break"])
    with mail_server(mailbox) as settings:
        assert remind(late, "2024-07-09T01:00:00.000Z", **settings) == {"unclear": 1}
        assert remind(late, "2024-07-09T09:00:00.000Z", **settings) == {}
    assert len(mailbox.taken) == 1


def test_a_program_that_died_after_sending_does_not_send_again_and_says_so(late: Service) -> None:
    """The attempt stands without an end, all day."""
    mailbox = Mailbox()
    with Deliveries(late.parts.dsn) as deliveries:
        assert deliveries.begin("2024-07-10/mail/reviewer1", "2024-07-10T00:59:00.000Z") == 1
    with mail_server(mailbox) as settings:
        for hour in ("01", "09"):
            assert remind(late, f"2024-07-10T{hour}:00:00.000Z", **settings) == {"unclear": 1}
        assert remind(late, "2024-07-11T01:00:00.000Z", **settings) == {"delivered": 1}
    assert len(mailbox.taken) == 1


def test_of_many_who_begin_at_once_one_does(late: Service) -> None:
    """Each has a process's own connections."""
    begun: list[int | None] = []

    def begin() -> None:
        with Deliveries(late.parts.dsn) as deliveries:
            begun.append(deliveries.begin("示例", "2024-07-01T01:00:00.000Z"))

    threads = [Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(begun, key=str) == [1, *[None] * 7]


def test_six_refusals_are_the_last(late: Service) -> None:
    """Whoever does not want to be reminded is left alone for that day."""
    moment = datetime(2024, 7, 1, 1, tzinfo=UTC)
    with Deliveries(late.parts.dsn) as deliveries:
        for attempt in range(1, 8):
            now = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            expected = attempt if attempt < 7 else None
            assert deliveries.begin("拒绝", now) == expected
            deliveries.end("拒绝", attempt, "refused", now)
            moment += timedelta(hours=2)


def test_the_office_receives_each_departments_numbers_signed(late: Service, tmp_path: Path) -> None:
    """Tried again under the same key after an error; what several could do counts once; redirects are not followed."""
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n", "utf-8")
    with web_server([500, 302, 204]) as (url, taken):
        settings = {"webhook_url": url, "webhook_secret_file": secret}
        for minute, end in (("00", "refused"), ("02", "refused"), ("06", "delivered")):
            assert remind(late, f"2024-07-12T01:{minute}:00.000Z", **settings) == {end: 1}
        assert remind(late, "2024-07-12T09:00:00.000Z", **settings) == {}
    assert {headers["Idempotency-Key"] for headers, _ in taken} == {"2024-07-12/webhook"}
    headers, content = taken[-1]
    said = hmac.digest(SECRET.encode(), b"2024-07-12/webhook\n" + content, sha256).hex()
    assert headers["Mingqian-Signature"] == f"sha256={said}"
    told = json.loads(content)
    assert told["departments"]["edu"]["overdue"] == {
        "inspection.publish-result": 1,
        "inspection.verify-correction": 1,
    }
    assert not [one for one in SECRETS if one in content.decode()]


def test_a_visit_that_is_not_public_is_not_counted(server: str, tmp_path: Path) -> None:
    """Not even to its own officer, on the last day of its window: the mail server would learn who was drawn."""
    held = story.terms(disclosure="with-inspection")
    row = story.plan_row(entities_draw=held, officers_draw=held)
    told = story.with_inspections(row)
    mailbox = Mailbox()
    with fresh_database(server) as dsn, serving(dsn, tmp_path) as service:
        record(service.parts.ledger, told)
        for officer in (f"{letter}{n}" for letter in "EM" for n in range(1, 7)):
            service.parts.accounts.write_to(officer, f"{officer}@example.test")
        service.get("/whoami", "E1")  # waits until the tables tell all of it
        with mail_server(mailbox) as settings:
            assert remind(service, "2024-08-30T01:00:00.000Z", **settings) == {}
    assert mailbox.taken == []


def test_an_address_is_given_and_withdrawn_by_its_owner_and_goes_with_the_account(
    late: Service,
) -> None:
    """One plain address; nobody else's can be read."""
    path = "/accounts/me/email"
    assert late.get(path, "reviewer1").json() == {"email": ADDRESS}
    assert late.get(path).status_code == 401
    for wrong in ("nobody", "a@b", "a@example.test\nBcc: b@example.test", "A <a@example.test>"):
        answer = late.http.put(path, json={"email": wrong}, headers=late.as_("clerk-edu"))
        assert answer.status_code == 422
        assert wrong not in answer.text
    for email in ("clerk@example.test", None):
        answer = late.http.put(path, json={"email": email}, headers=late.as_("clerk-edu"))
        assert answer.status_code == 204
        assert late.get(path, "clerk-edu").json() == {"email": email}
    late.parts.accounts.write_to("gone", "gone@example.test")
    late.parts.accounts.remove("gone")
    assert late.parts.accounts.address("gone") is None


def test_a_password_is_given_to_a_server_that_proves_its_name_and_to_no_other(
    late: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By STARTTLS, with the machine's trusted certificates."""
    password = tmp_path / "password"
    password.write_text(SECRET, "utf-8")
    certificate, context = self_signed(tmp_path)
    mailbox = Mailbox()
    options = {
        "tls_context": context,
        "require_starttls": True,
        "authenticator": mailbox.authenticate,
        "auth_required": True,
    }
    login = {"smtp_security": "starttls", "smtp_user": "office", "smtp_password_file": password}
    with mail_server(mailbox, **options) as named:
        settings = named | login
        assert remind(late, "2024-07-15T01:00:00.000Z", **settings) == {"refused": 1}
        assert mailbox.logins == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert remind(late, "2024-07-15T02:00:00.000Z", **settings) == {"delivered": 1}
    assert mailbox.logins == [SECRET.encode()]


def self_signed(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of 127.0.0.1, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "示例")])
    now = datetime.now(UTC)
    own = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(
            issuer_name=name,
            subject_name=name,
            public_key=key.public_key(),
            serial_number=1,
            not_valid_before=now - timedelta(days=1),
            not_valid_after=now + timedelta(days=1),
        )
        .add_extension(own, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    return certificate, context


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"smtp_host": "mail.example.test"}, "MAIL_SENDER"),
        ({"smtp_user": "office"}, "SMTP_PASSWORD_FILE"),
        (
            {"smtp_user": "office", "smtp_password_file": "file", "smtp_security": "none"},
            "SMTP_SECURITY",
        ),
        ({"webhook_url": "https://example.test"}, "WEBHOOK_SECRET_FILE"),
        ({"webhook_url": "http://example.test", "webhook_secret_file": "file"}, "WEBHOOK_URL"),
    ],
)
def test_settings_that_would_leak_or_cannot_work_are_refused(
    settings: dict[str, Any], named: str
) -> None:
    """A password never goes over an open line."""
    with pytest.raises(DomainError, match=f"settings-invalid.*MINGQIAN_{named}"):
        Settings(mode="production", **settings)


def test_the_command_says_how_many_and_that_some_were_not_sent(
    late: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an exit code that cron notices; without a server it says what to set."""
    own = late.parts.settings
    environment = {
        "MODE": own.mode,
        "HOME": str(own.home),
        "DATABASE_URL": str(own.database_url),
        "CLOCK_FILE": str(own.clock_file),
    }
    for name, value in environment.items():
        monkeypatch.setenv(f"MINGQIAN_{name}", value)
    late.clock.write_text("2024-07-17T01:00:00.000Z", encoding="utf-8")
    with pytest.raises(DomainError, match="reminders-not-set"):
        CliRunner().invoke(cli.app, ["remind"], catch_exceptions=False)
    mailbox = Mailbox(answers=["refuse"])
    with mail_server(mailbox) as settings:
        for name, value in settings.items():
            monkeypatch.setenv(f"MINGQIAN_{name.upper()}", str(value))
        ran = CliRunner().invoke(cli.app, ["remind"])
        assert ran.exit_code == 1
        assert "refused, to be tried again 1" in ran.output
        late.clock.write_text("2024-07-17T02:00:00.000Z", encoding="utf-8")
        ran = CliRunner().invoke(cli.app, ["remind"])
    assert (ran.exit_code, len(mailbox.taken)) == (0, 1)


def test_a_file_of_a_secret_that_is_none_is_named_and_not_shown(
    late: Service, tmp_path: Path
) -> None:
    """Two lines, for example."""
    secret = tmp_path / "secret"
    secret.write_text("示例\n示例\n", "utf-8")
    settings = {"webhook_url": "http://127.0.0.1:9/", "webhook_secret_file": secret}
    with pytest.raises(DomainError, match=r"file-unreadable.*/secret"):
        remind(late, "2024-07-16T01:00:00.000Z", **settings)
