"""One message to one person by SMTP, and whether it was taken."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from api.words import ACT_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.deliveries import End
    from mingqian.reminding.digests import Digest

PATIENCE = 20.0  # seconds for each answer of the server
TAKEN = 250


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """Where messages are handed in, and by whom; `password` is None where nobody logs in."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    user: str | None
    password: str | None
    sender: str


def message(
    server: MailServer, to: str, digest: Digest, key: str, link: str | None
) -> EmailMessage:
    """The reminder: numbers, kinds and a link. The same `key` gives the same Message-ID."""
    overdue, due = sum(digest.overdue.values()), sum(digest.due.values())
    told = EmailMessage(policy=SMTP)
    told["Subject"] = f"明签待办：逾期 {overdue}，将到期 {due} / overdue {overdue}, due soon {due}"
    told["From"], told["To"] = server.sender, to
    host = server.sender.rpartition("@")[2]
    told["Message-ID"] = f"<{sha256(key.encode()).hexdigest()[:32]}@{host}>"
    told["Auto-Submitted"] = "auto-generated"
    lines = [
        *_lines("已逾期 / overdue", digest.overdue),
        *_lines("将到期 / due soon", digest.due),
        f"请登录查看 / log in to see them: {link}" if link else "请登录查看 / log in to see them.",
        "",
        "不想再收：登录后撤回提醒邮箱。 / To stop: withdraw the address after logging in.",
    ]
    told.set_content("\n".join(lines) + "\n", cte="base64")
    return told


def _lines(title: str, counts: Mapping[str, int]) -> list[str]:
    if not counts:
        return []
    kinds = [f"  {ACT_NAMES[act]} ({act}): {count}" for act, count in counts.items()]
    return [f"{title}: {sum(counts.values())}", *kinds, ""]


def send(server: MailServer, told: EmailMessage) -> End:
    """Hand a message in.

    "refused": it was not taken, and may be tried again; "unclear": the line broke while it was handed over, so it may have been.
    """
    try:
        line = _open(server)
    except (OSError, smtplib.SMTPException):
        return "refused"
    try:
        if not _addressed(line, server.sender, str(told["To"])):
            return "refused"
        code, _ = line.data(told.as_bytes())
    except smtplib.SMTPDataError:
        return "refused"
    except (OSError, smtplib.SMTPException):
        return "unclear"
    finally:
        with suppress(OSError, smtplib.SMTPException):
            line.quit()
    return "delivered" if code == TAKEN else "refused"


def _open(server: MailServer) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if server.security == "tls":
        line: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=PATIENCE, context=trusted
        )
    else:
        line = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
    try:
        if server.security == "starttls":
            line.starttls(context=trusted)
        line.ehlo_or_helo_if_needed()
        if server.user is not None and server.password is not None:
            line.login(server.user, server.password)
    except BaseException:
        line.close()
        raise
    return line


def _addressed(line: smtplib.SMTP, sender: str, to: str) -> bool:
    """Name sender and addressee; nothing of the message has left yet, so whatever goes wrong is a refusal."""
    try:
        return line.mail(sender)[0] == TAKEN and line.rcpt(to)[0] == TAKEN
    except (OSError, smtplib.SMTPException):
        return False
