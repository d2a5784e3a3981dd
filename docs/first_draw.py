"""A first draw of your own list, over HTTP, with nothing but python3: read it downwards, it is the whole procedure.

    python3 docs/first_draw.py URL ADMINISTRATOR LIST [PERCENT]

The one-time password of the administrator is read from standard input. LIST is an XLSX or CSV registry of entities
(`./dev mingqian template entities FILE` writes one to fill in). The people are made up (示例); each logs in for themselves.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
import urllib.error
import urllib.parse
import urllib.request
from datetime import date, timedelta
from pathlib import Path
from typing import Any

PEOPLE = {
    "clerk1": ["clerk"],
    "reviewer1": ["reviewer"],
    "registrar1": ["registrar"],
    "registrar2": ["registrar"],
    "operator1": ["draw_operator"],
    "witness1": ["witness"],
    "witness2": ["witness"],
    "officer1": ["officer"],
    "officer2": ["officer"],
    "officer3": ["officer"],
}
OFFICERS = [who for who, roles in PEOPLE.items() if roles == ["officer"]]
NUMBER = f"示{date.today().year}001"
ITEM = "SHILI-1"


class Office:
    """The service as its people see it."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._tokens: dict[str, str] = {}
        self._position = "0"

    def send(
        self, path: str, body: object = None, *, who: str = "", upload: Path | None = None
    ) -> Any:  # noqa: ANN401 - JSON
        """Send one request as somebody and give the JSON answer; a refusal ends the program with its words."""
        data, headers = None, {}
        if upload is not None:
            data, headers["Content-Type"] = _multipart(upload)
        elif body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        text = self._ask(path, data, headers, who)
        found = json.loads(text) if text else {}
        if isinstance(found, dict) and "position" in found:
            self._position = str(found["position"])
        return found

    def fetch(self, path: str) -> bytes:
        """Fetch what everybody may read, byte for byte."""
        return self._ask(path, None, {}, "")

    def _ask(self, path: str, data: bytes | None, headers: dict[str, str], who: str) -> bytes:
        headers["Ledger-Position"] = self._position
        if who:
            headers["Authorization"] = f"Bearer {self._tokens[who]}"
        method = "GET" if data is None else "POST"
        request = urllib.request.Request(self._url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                text: bytes = answer.read()
        except urllib.error.HTTPError as refusal:
            sys.exit(f"{who} {path}: {refusal.read().decode()}")
        return text

    def act(self, who: str, name: str, **fields: object) -> list[dict[str, Any]]:
        """Let somebody do one thing; answers the events that were recorded."""
        events: list[dict[str, Any]] = self.send(f"/acts/{name}", fields, who=who)["events"]
        return events

    def log_in(self, who: str, one_time: str) -> None:
        """Log in, replace the one-time password, and log in again."""
        own = secrets.token_urlsafe(16)
        self._token(who, one_time)
        self.send("/accounts/me/password", {"old": one_time, "new": own}, who=who)
        self._token(who, own)

    def _token(self, who: str, password: str) -> None:
        answer = self.send("/sessions", {"staff": who, "password": password})
        self._tokens[who] = answer["access_token"]


def _multipart(path: Path) -> tuple[bytes, str]:
    edge = secrets.token_hex(16)
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n\r\n'
    )
    return head.encode() + path.read_bytes() + f"\r\n--{edge}--\r\n".encode(), (
        f"multipart/form-data; boundary={edge}"
    )


def enter_people(office: Office, administrator: str) -> str:
    """Enter the people and let each log in; answers the department's id."""
    department: str = office.send("/whoami", who=administrator)["department"]
    for who, roles in PEOPLE.items():
        office.act(
            administrator, "staff.add", id=who, department=department, roles=roles, personal={}
        )
        issued = office.send(f"/accounts/{who}/password", {}, who=administrator)
        office.log_in(who, issued["one_time_password"])
    return department


def fill_registries(office: Office, department: str, file: Path) -> list[str]:
    """Import the list, add three officers and an item; second persons confirm. Answers the kinds of entities."""
    imported = office.send("/imports/entities", who="registrar1", upload=file)
    print(f"导入 / imported: {imported['added']}")
    until = (date.today() + timedelta(days=365)).isoformat()
    for who in OFFICERS:
        details = {
            "department": department,
            "skills": [],
            "certificate_expires": until,
            "area": "示例",
        }
        office.act("registrar1", "officer.add", id=who, details=details, source="示例", personal={})
    kinds = set()
    for registry in ("entity", "officer"):
        for entry in _pending(office, {"entity": "entities", "officer": "officers"}[registry]):
            version = entry["pending"]["version"]
            office.act(
                "registrar2", "registry.confirm", registry=registry, id=entry["id"], version=version
            )
            if registry == "entity":
                kinds.add(entry["pending"]["details"]["kind"])
    details = {
        "issuer": "示例清单",
        "item_class": "示例",
        "name": "示例事项检查",
        "subject": "示例对象",
        "category": "一般",
        "method": "现场检查",
        "body": "示例",
        "legal_basis": "示例",
    }
    office.act("clerk1", "item.add", code=ITEM, details=details, source="示例")
    claimed = office.act(
        "clerk1",
        "item.claim",
        code=ITEM,
        department=department,
        mandate="示例",
        supervision_code="",
    )
    read = claimed[0]["version"]
    office.act("reviewer1", "item.review", code=ITEM, version=read, approve=True, remark="")
    office.act("clerk1", "item.publish", code=ITEM)
    return sorted(kinds)


def _pending(office: Office, registry: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = office.send(
            f"/registries/{registry}?pending=true&limit=200{cursor}", who="registrar2"
        )
        rows += page["entries"]
        if page["next_cursor"] is None:
            return rows
        cursor = f"&cursor={page['next_cursor']}"


def plan_row(department: str, kinds: list[str], percent: int) -> dict[str, Any]:
    """The one row of the plan: who is drawn from, how many, by which sources, and until when."""
    today = date.today()
    # Two secret numbers decide, and the list is public at once. Beacons and lotteries would be named here too.
    terms = {
        "beacons": [],
        "lotteries": [],
        "witnesses": 2,
        "margin_minutes": 60,
        "disclosure": "at-once",
    }
    return {
        "number": NUMBER,
        "name": "示例抽查计划",
        "task_number": "示001",
        "task_name": "示例抽查",
        "type": "定向",
        "ratio": [percent, 100],
        "at_least": True,
        "stratify": [],
        "ratios": [],
        "min_per_stratum": 0,
        "items": [{"department": department, "items": [ITEM]}],
        "scope": {
            "text": "、".join(kinds),
            "kinds": kinds,
            "tags": [],
            "areas": [],
            "credit_classes": [],
        },
        "lead": department,
        "joint": [],
        "window_from": today.isoformat(),
        "window_to": (today + timedelta(days=30)).isoformat(),
        "visit_cap": 1,
        "entities_draw": terms,
        "officers_draw": terms,
        "training": None,
        # Two officers on each visit, whoever they are. Skills, experts, limits and areas would be asked for here.
        "team": {"needs": [], "experts": [], "max_visits": None, "area": "any", "told_on": None},
    }


def publish_plan(office: Office, department: str, kinds: list[str], percent: int) -> None:
    """Draft, review and publish a plan of one row, open its task and confirm it."""
    year = date.today().year
    drafted = office.act(
        "clerk1",
        "plan.draft",
        year=year,
        title="示例计划",
        document_number="示例〔1〕号",
        issuer=department,
        rows=[plan_row(department, kinds, percent)],
    )
    # What the plan is warned of (a small county has few entities, a first draw one source) somebody answers for.
    for warning in office.send(f"/plans/{year}", who="clerk1")["unanswered"]:
        version = drafted[0]["version"]
        office.act(
            "clerk1",
            "plan.answer-warning",
            year=year,
            version=version,
            warning=warning,
            reason="示例：属实",
        )
    office.act(
        "reviewer1",
        "plan.review",
        year=year,
        version=drafted[0]["version"],
        approve=True,
        remark="",
    )
    office.act("clerk1", "plan.publish", year=year)
    office.act("clerk1", "task.open", plan_number=NUMBER, plan_year=year, scheme="示例实施方案")
    office.act(
        "clerk1",
        "task.confirm",
        plan_number=NUMBER,
        department=department,
        items=[ITEM],
        officers=OFFICERS,
        statement="",
    )


def draw(office: Office, stage: str) -> bytes:
    """Witnesses bring hashes, the list is fixed, the numbers are opened: the last one brings the list, and it is public.

    Whom (`entities`) and by whom (`officers`) are drawn alike. Answers the proof.
    """
    draw_id = f"{NUMBER}.{stage}.1"
    witnesses = ("witness1", "witness2")
    office.act(
        "operator1",
        "draw.prepare",
        draw_id=draw_id,
        task=NUMBER,
        stage=stage,
        witnesses=witnesses,
        lotteries=[],
    )
    nonces = {who: secrets.token_bytes(32) for who in witnesses}
    for who, nonce in nonces.items():
        commit = hashlib.sha256(b"mingqian-draw-v1/witness\x00" + nonce).hexdigest()
        office.act(who, "draw.witness", draw_id=draw_id, commit=commit)
    office.act("operator1", "draw.commit", draw_id=draw_id)
    for who, nonce in nonces.items():
        office.act(who, "draw.reveal", draw_id=draw_id, nonce=nonce.hex())
    return office.fetch(f"/public/draws/{urllib.parse.quote(draw_id)}/bundle")


def show(entities: bytes, officers: bytes) -> None:
    """Print whom the lots fell on, and who goes there; the first one leads."""
    for stratum in json.loads(entities)["strata"]:
        print(f"{stratum['stratum']}: {stratum['quota']} / {stratum['size']}")
    for visit in json.loads(officers)["output"]["assignments"]:
        team = "、".join(officer["id"] for officer in visit["officers"])
        print(f"  {visit['inspection'].partition(':')[2]}  ←  {team}")


def main() -> None:
    """Do all of it and print what was drawn."""
    if len(sys.argv) not in {4, 5}:
        sys.exit(__doc__)
    url, administrator, file = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    percent = int(sys.argv[4]) if len(sys.argv) == 5 else 20
    office = Office(url)
    print("一次性密码 / one-time password:", end=" ", flush=True)
    office.log_in(administrator, sys.stdin.readline().strip())
    department = enter_people(office, administrator)
    kinds = fill_registries(office, department, file)
    publish_plan(office, department, kinds, percent)
    entities, officers = draw(office, "entities"), draw(office, "officers")
    show(entities, officers)
    for proof, name in ((entities, "proof.json"), (officers, "officers-proof.json")):
        kept = file.with_name(name)
        kept.write_bytes(proof)
        print(f"证明 / proof: {kept}")


if __name__ == "__main__":
    main()
