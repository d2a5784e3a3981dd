"""Logging in, and passwords: issued once by an administrator, changed at the first login by their owner."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from api.access import NewcomerNow, PartsNow, PersonNow, staff_of
from api.acting import give
from api.answers import POSITION_HEADER, AddressAnswer, OneTimePassword, SessionAnswer, refusals
from api.text import Word
from api.tokens import Claim
from domain.errors import DomainError
from domain.organisation import IssuePassword

router = APIRouter(tags=["登录 / sessions"])
# A password is taken as it was typed: not put into another form, not trimmed, never shown.
Password = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)]


# One plain address: no name beside it, no list, nothing that could end a line of a message.
Email = Annotated[
    str,
    StringConstraints(
        strict=True,
        max_length=254,
        pattern=r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$",
    ),
]


class Login(BaseModel):
    """A person and their password."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)
    staff: Word
    password: Password


class PasswordChange(BaseModel):
    """The password that counts, and the one that shall count."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)
    old: Password
    new: Password


class AddressChange(BaseModel):
    """An address for reminders, or null for none."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)
    email: Email | None


@router.post("/sessions", responses=refusals(401, 429), summary="登录 / log in")
def log_in(body: Login, parts: PartsNow) -> SessionAnswer:
    """Give a bearer token for a right password. Whoever is suspended is told no more than that it is wrong."""
    account = parts.accounts.login(body.staff, body.password)
    if staff_of(parts, body.staff) is None:
        raise DomainError("login-refused", "工号或密码不对 / wrong staff id or password")
    return SessionAnswer(
        access_token=parts.tokens.give(Claim(staff=body.staff, serial=account.serial)),
        expires_in=parts.tokens.lifetime,
        password_change_required=account.one_time,
    )


@router.post(
    "/accounts/me/password",
    status_code=204,
    responses=refusals(401, 429),
    summary="修改本人密码 / change one's own password",
)
def change_password(body: PasswordChange, parts: PartsNow, person: NewcomerNow) -> Response:
    """Replace one's own password. All tokens given for the old one end; log in again."""
    parts.accounts.change(person.id, body.old, body.new)
    return Response(status_code=204)


@router.get(
    "/accounts/me/email", responses=refusals(401), summary="本人的提醒邮箱 / where one is reminded"
)
def read_address(parts: PartsNow, person: PersonNow) -> AddressAnswer:
    """The address to which reminders go, if there is one."""
    return AddressAnswer(email=parts.accounts.address(person.id))


@router.put(
    "/accounts/me/email",
    status_code=204,
    responses=refusals(401),
    summary="登记或撤回本人的提醒邮箱 / have reminders sent, or no more",
)
def change_address(body: AddressChange, parts: PartsNow, person: PersonNow) -> Response:
    """Agree to be reminded by e-mail under this address, or, with null, withdraw that. It is not on the ledger."""
    parts.accounts.write_to(person.id, body.email)
    return Response(status_code=204)


@router.post(
    "/accounts/{staff}/password",
    responses=refusals(401, 403, 404),
    summary="签发一次性密码（系统管理员）/ issue a one-time password (administrator)",
)
def issue_password(
    staff: Word, parts: PartsNow, person: PersonNow, response: Response
) -> OneTimePassword:
    """Give somebody else a one-time password, shown here and nowhere again; it must be changed at the first login.

    It is recorded before it is given, for whoever gives it could log in as that person.
    """
    receipt = give(parts.writer, parts.keys, person, [IssuePassword(id=staff)], None)
    response.headers[POSITION_HEADER] = str(receipt.size)
    return OneTimePassword(staff=staff, one_time_password=parts.accounts.issue(staff))
