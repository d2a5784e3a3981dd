"""`mingqian remind`: tell people and the office what is overdue or due soon, each once a working day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import typer

from api.parts import clock_of, dsn_of
from api.settings import read_settings
from domain.errors import DomainError
from domain.rules import china_date
from domain.working_days import is_working_day
from ledger.accounts import Accounts
from ledger.deliveries import Deliveries
from mingqian.reminding import mail, webhook
from mingqian.reminding.digests import digests
from projections.queries.deadlines import reckoning
from projections.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from api.settings import Settings
    from ledger.deliveries import End
    from mingqian.reminding.digests import Digests

NOT_ALL = 1


def remind() -> None:
    """按工作日提醒逾期和将到期的待办，每人每日至多一次；由 cron 每隔几分钟运行 / remind of work that is due, at most once a day."""
    settings = read_settings()
    if settings.smtp_host is None and settings.webhook_url is None:
        detail = "请设置 MINGQIAN_SMTP_HOST 或 MINGQIAN_WEBHOOK_URL / set one of these first"
        raise DomainError("reminders-not-set", detail)
    ends = remind_now(settings)
    told = "，".join(f"{WORDS[end]} {ends[end]}" for end in WORDS)
    typer.echo(told)
    if ends["refused"] or ends["unclear"]:
        raise typer.Exit(NOT_ALL)


WORDS: Mapping[str, str] = {
    "delivered": "已送达 / delivered",
    "refused": "未送出，稍后再试 / refused, to be tried again",
    "unclear": "不明，不再重发 / unclear, not repeated",
}


@dataclass(frozen=True, kw_only=True)
class _Sending:
    """One round of messages: what is due is sent, unless it was, and its end entered."""

    deliveries: Deliveries
    now: Callable[[], str]
    ends: Counter[str]

    def send(self, key: str, hand_in: Callable[[], End]) -> None:
        attempt = self.deliveries.begin(key, self.now())
        if attempt is None:
            return
        end = hand_in()
        self.deliveries.end(key, attempt, end, self.now())
        self.ends[end] += 1


def remind_now(settings: Settings) -> Counter[str]:
    """Send what is to be sent now, and give how many ended how. Nobody is reminded on a day that is not worked."""
    clock, dsn = clock_of(settings), dsn_of(settings)
    now = clock.now()
    today = china_date(now)
    with ExitStack() as stack:
        deliveries = stack.enter_context(Deliveries(dsn))
        accounts = stack.enter_context(Accounts(dsn))
        reader = stack.enter_context(Reader(dsn))
        sending = _Sending(deliveries=deliveries, now=clock.now, ends=Counter())
        with reader.snapshot() as read:
            if not is_working_day(date.fromisoformat(today), reckoning(read).tables):
                return sending.ends
            found = digests(read, today, settings.remind_days)
        _mail(settings, sending, found, accounts.addresses(), today)
        _post(settings, sending, found, today)
        sending.ends["unclear"] += deliveries.broken_off(f"{today}/", now)
        return sending.ends


def _mail(
    settings: Settings, sending: _Sending, found: Digests, addresses: Mapping[str, str], today: str
) -> None:
    server = mail_server(settings)
    if server is None:
        return
    for person, digest in found.people.items():
        if person in addresses:
            key = f"{today}/mail/{person}"
            told = mail.message(server, addresses[person], digest, key, settings.public_address)
            sending.send(key, partial(mail.send, server, told))


def _post(settings: Settings, sending: _Sending, found: Digests, today: str) -> None:
    url, file = settings.webhook_url, settings.webhook_secret_file
    if url is None or file is None or not found.departments:
        return
    key = f"{today}/webhook"
    told = webhook.body(found.departments, today, settings.public_address)
    sending.send(key, partial(webhook.post, url, _secret(file).encode(), key, told))


def mail_server(settings: Settings) -> mail.MailServer | None:
    """The server that the settings name, if they do; raises DomainError("file-unreadable") naming the file of its password."""
    if settings.smtp_host is None or settings.mail_sender is None:
        return None
    file = settings.smtp_password_file
    return mail.MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=_secret(file) if file else None,
        sender=settings.mail_sender,
    )


def _secret(path: Path) -> str:
    """The one line that a file holds; what it says is never repeated."""
    try:
        line = path.read_text("utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError):
        line = ""
    if not line or not line.isprintable() or not line.isascii():
        detail = f"{path}: 应为一行 ASCII 字符 / must be a readable file of one line of ASCII"
        raise DomainError("file-unreadable", detail)
    return line
