"""Logging in, passwords, and what a token is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from api.parts import issue_password
from domain.errors import DomainError
from domain.organisation import PasswordIssued, SuspendStaff
from ledger import accounts
from tests.refusing import refuse_rows

if TYPE_CHECKING:
    import httpx

    from tests.serving import Service

NEW = "一个更长的新密码-abc"


def login(service: Service, staff: str, password: str) -> httpx.Response:
    """Log in as a person would."""
    return service.http.post("/sessions", json={"staff": staff, "password": password})


def bearer(answer: httpx.Response) -> dict[str, str]:
    """The header for a session."""
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def issue(service: Service, staff: str) -> str:
    """Have the administrator issue a one-time password."""
    answer = service.http.post(f"/accounts/{staff}/password", headers=service.as_("admin"))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["one_time_password"])


def test_a_one_time_password_opens_nothing_but_its_change(service: Service) -> None:
    """The first login may only set a password; then one logs in with it, and the one-time word is dead."""
    word = issue(service, "registrar1")
    first = login(service, "registrar1", word)
    assert first.json()["password_change_required"] is True
    refused = service.http.get("/whoami", headers=bearer(first))
    assert (refused.status_code, refused.json()["code"]) == (403, "password-change-required")
    change = {"old": word, "new": NEW}
    changed = service.http.post("/accounts/me/password", json=change, headers=bearer(first))
    assert changed.status_code == 204
    assert service.http.get("/whoami", headers=bearer(first)).json()["code"] == "login-required"
    assert login(service, "registrar1", word).json()["code"] == "login-refused"
    known = service.http.get("/whoami", headers=bearer(login(service, "registrar1", NEW))).json()
    assert (known["id"], known["roles"], known["personal"]) == (
        "registrar1",
        ["registrar"],
        {"name": "示例"},
    )


def test_wrong_passwords_lock_an_account_for_a_while(service: Service) -> None:
    """After five wrong ones in a row even the right one is refused, until the administrator issues another."""
    word = issue(service, "clerk-edu")
    codes = [login(service, "clerk-edu", "falsch").json()["code"] for _ in range(5)]
    assert codes == ["login-refused"] * 5
    locked = login(service, "clerk-edu", word)
    assert (locked.status_code, locked.json()["code"]) == (429, "login-locked")
    assert login(service, "clerk-edu", issue(service, "clerk-edu")).status_code == 200


def test_an_unknown_person_is_told_the_same_as_a_known_one(service: Service) -> None:
    """Nobody learns from a refusal who exists."""
    issue(service, "clerk-edu")
    known, unknown = (
        [login(service, who, "x") for _ in range(7)] for who in ("clerk-edu", "nobody")
    )
    assert [each.status_code for each in known] == [401] * 5 + [429] * 2
    assert [each.status_code for each in unknown] == [401] * 5 + [429] * 2
    assert [each.json() for each in known] == [each.json() for each in unknown]


def test_attempts_on_any_number_of_ids_fill_a_bounded_table(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With four places in place of a million: four rows, and a right password clears its own."""
    monkeypatch.setattr(accounts, "PLACES", 4)
    for number in range(12):
        login(service, f"nobody-{number}", "x")
    word = issue(service, "clerk-edu")
    with psycopg.connect(service.parts.dsn) as connection:
        rows = connection.execute("SELECT count(*) FROM accounts.attempts").fetchone()
    assert rows in {(3,), (4,)}
    assert login(service, "clerk-edu", word).status_code == 200


def test_a_suspended_person_is_out_at_once(service: Service) -> None:
    """The token is the same, and opens nothing any more; nor does the password."""
    word = issue(service, "reviewer1")
    session = bearer(login(service, "reviewer1", word))
    service.act("admin", SuspendStaff(id="reviewer1", reason="离职"))
    position = {"Ledger-Position": str(service.parts.ledger.size())}
    refused = service.http.get("/whoami", headers={**session, **position})
    assert (refused.status_code, refused.json()["code"]) == (401, "login-required")
    assert login(service, "reviewer1", word).json()["code"] == "login-refused"


def test_only_an_administrator_issues_passwords_and_not_their_own(service: Service) -> None:
    """Nor for somebody who does not exist."""

    def ask(who: str, for_whom: str) -> object:
        answer = service.http.post(f"/accounts/{for_whom}/password", headers=service.as_(who))
        return answer.status_code, answer.json()["code"]

    assert ask("clerk-edu", "reviewer1") == (403, "role-not-allowed")
    size = service.parts.ledger.size()
    assert ask("admin", "admin") == (403, "own-act")
    assert ask("admin", "nobody") == (404, "unknown-staff")
    assert service.parts.ledger.size() == size


def test_an_issued_password_is_on_the_ledger_and_the_word_is_not(service: Service) -> None:
    """Whoever gives a password could log in as that person: so who gave it to whom is recorded."""
    size = service.parts.ledger.size()
    word = issue(service, "witness1")
    (entry,) = service.parts.ledger.read(size)
    recorded = entry.recorded()
    assert (recorded.stream, recorded.actor.id) == ("staff/witness1", "admin")
    assert recorded.event == PasswordIssued()
    assert word.encode() not in entry.state


def test_a_password_that_cannot_be_recorded_is_not_issued(service: Service) -> None:
    """What the person had before still counts."""
    word = issue(service, "witness1")
    refuse_rows(service.owner, "ledger", "events")
    answer = service.http.post("/accounts/witness1/password", headers=service.as_("admin"))
    assert answer.json()["code"] == "internal-error"
    assert login(service, "witness1", word).status_code == 200


def test_the_program_issues_a_password_on_record(service: Service) -> None:
    """As `mingqian password` does: by the program itself, for a person who is there."""
    word = issue_password(service.parts, "admin")
    (entry,) = service.parts.ledger.read(service.parts.ledger.size() - 1)
    recorded = entry.recorded()
    assert (recorded.stream, recorded.actor.id) == ("staff/admin", "system")
    assert login(service, "admin", word).status_code == 200
    with pytest.raises(DomainError, match="unknown-staff"):
        issue_password(service.parts, "nobody")


@pytest.mark.parametrize("new", ["短", "aaaaaaaaaaaaaaaa", "y" * 200])
def test_an_unfit_password_is_refused(service: Service, new: str) -> None:
    """Too short, or the same letter over and over."""
    word = issue(service, "reviewer1")
    session = bearer(login(service, "reviewer1", word))
    answer = service.http.post(
        "/accounts/me/password", json={"old": word, "new": new}, headers=session
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "password-unfit")


@pytest.mark.parametrize("token", ["x", "a.b.c", "示例", "e30.e30.", "x" * 5000])
def test_what_is_not_our_token_opens_nothing(county: Service, token: str) -> None:
    """Rubbish, an unsigned token, a long one: 401, and the header that says how to log in."""
    headers = {b"Authorization": b"Bearer " + token.encode()}
    answer = county.http.get("/whoami", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "login-required")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_changed_token_opens_nothing(county: Service) -> None:
    """One other letter in what it says."""
    head, body, signature = county.as_("clerk-edu")["Authorization"].split(".")
    changed = f"{head}.{body[:-2]}{'A' if body[-2] != 'A' else 'B'}{body[-1]}.{signature}"
    answer = county.http.get("/whoami", headers={"Authorization": changed})
    assert answer.json()["code"] == "login-required"
