"""Who is behind a request: the token, the account and the person as the tables know them at this moment.

Roles are read anew for each request, so a suspension or a change of roles holds at once, whatever a token says; and the
writer looks at them once more, under its lock, before anything is recorded.
"""

from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.acting import Person
from api.answers import POSITION_HEADER
from api.parts import Parts
from api.text import Leaf
from api.tokens import login_required
from domain.errors import DomainError
from projections.queries.registries import entry

_bearer = HTTPBearer(
    auto_error=False, description="POST /sessions 给出的令牌 / the token that POST /sessions gives"
)


def parts_of(request: Request) -> Parts:
    """The parts of the running service."""
    parts: Parts = request.app.state.parts
    return parts


def caught_up(
    parts: Annotated[Parts, Depends(parts_of)],
    position: Annotated[
        Leaf | None,
        Header(
            alias=POSITION_HEADER,
            description="读取前等待查询数据更新到此位置 / wait until the tables tell this many leaves",
        ),
    ] = None,
) -> Parts:
    """The parts, once the tables tell what the caller wrote; raises as `wait_until`."""
    if position is not None:
        wait_until(parts, position)
    return parts


def wait_until(parts: Parts, position: int) -> None:
    """Wait until the tables tell this many leaves; raises "position-unknown" or "projection-behind"."""
    if parts.projector.wait_for(position, parts.settings.read_wait_seconds):
        return
    if position > parts.ledger.size():
        raise DomainError(
            "position-unknown", f"账本尚无 {position} 条 / the ledger has fewer leaves"
        )
    detail = f"查询数据尚未更新到 {position} / the tables do not tell that many leaves yet"
    raise DomainError("projection-behind", detail)


PartsNow = Annotated[Parts, Depends(caught_up)]


def staff_of(parts: Parts, id_: str) -> tuple[str, tuple[str, ...]] | None:
    """Department and roles of an active person, or None."""
    with parts.reader.snapshot() as read:
        found = entry(read, "staff", id_)
    if found is None or not found["active"]:
        return None
    return found["department"], tuple(found["roles"])


def anyone_known(
    parts: PartsNow,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Person:
    """The person of the token, also one who must still change a one-time password; raises "login-required"."""
    if credentials is None:
        raise login_required()
    claim = parts.tokens.read(credentials.credentials)
    account = parts.accounts.get(claim.staff)
    staff = staff_of(parts, claim.staff)
    if account is None or account.serial != claim.serial or staff is None:
        raise login_required()
    department, roles = staff
    return Person(id=claim.staff, department=department, roles=roles, one_time=account.one_time)


def person_of(person: Annotated[Person, Depends(anyone_known)]) -> Person:
    """The person of the token; raises "password-change-required" while the password is a one-time one."""
    if person.one_time:
        detail = (
            "请先修改一次性密码：POST /accounts/me/password / change the one-time password first"
        )
        raise DomainError("password-change-required", detail)
    return person


PersonNow = Annotated[Person, Depends(person_of)]
NewcomerNow = Annotated[Person, Depends(anyone_known)]


def require_role(person: Person, *roles: str) -> None:
    """Refuse a person who holds none of these roles; raises "role-not-allowed"."""
    if not person.has(*roles):
        wanted = ", ".join(roles)
        detail = f"此操作需要角色 {wanted} / this needs one of these roles"
        raise DomainError("role-not-allowed", detail)
