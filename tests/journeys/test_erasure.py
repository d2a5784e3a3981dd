"""Somebody leaves and is forgotten: over HTTP, until no file holds a trace, and every proof still holds."""

from __future__ import annotations

import base64
import json
import shutil
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from api.acting import command_id
from api.parts import open_parts
from api.signatures import written
from audit.live import Live
from audit.sources import Export
from audit.verify import verify
from domain.bundles import bundles
from domain.identifiers import id_card_check_digit
from domain.inspection_commands import ApproveClosing, RequestClosing
from domain.inspection_state import Inspection
from domain.organisation import AddStaff, SuspendStaff
from domain.personnel_commands import DeclareRecusal, EndRelation, RecordLeave, RecordRelation
from domain.registry_commands import AddExpert, ChangeEntity, ChangeOfficer, ExpertDetails, Suspend
from domain.registry_state import Officer
from domain.replacement_commands import Declare
from domain.signing_keys import ConfirmSigningKey
from domain.subject_commands import ApproveErasure, HoldSubject, RequestErasure
from ledger.export import export
from ledger.note import VerifierKey
from ledger.snapshot import snapshot
from tests import story
from tests.api.conftest import enter_people
from tests.journeys.traces import Traces, in_database, in_files, in_server, wal_now
from tests.serving import HttpStory, Service, serving
from tests.signers import SALT, Signer
from tests.story import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.report import Report
    from tests.story import Story

ID_CARD = "11010519900307663" + id_card_check_digit("11010519900307663")
OFFICER = {
    "name": "欧阳霁雯",
    "telephone": "13912345678",
    "id_card": ID_CARD,
    "certificate_number": "示证霁20240307号",
}
LEAVE, RELATION = "示例：罹患罕见病住院", "示例：其表姨任该校教务"
ENDED, CONFLICT = "示例：其表姨已病故", "示例：其堂弟新任副校长"
SIGNED = "示例：其岳父为该校举办者"
CLERK = {"name": "司马翊轩", "telephone": "13687654321"}
EXPERT = {"name": "端木瑾瑜", "telephone": "13511112222"}
CONTACT = {"contact": "慕容芷晴", "telephone": "0310-7654321"}
SCHOOL = story.entity_id(24)
PEOPLE = (OFFICER, CLERK, EXPERT, CONTACT)
SECRETS = [
    LEAVE,
    RELATION,
    ENDED,
    CONFLICT,
    SIGNED,
    SALT.hex(),
    *(text for one in PEOPLE for text in one.values()),
]
TRACES = Traces.of(SECRETS)


@pytest.fixture
def service(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service with departments and people, to which the story is told."""
    with serving(database, tmp_path) as running:
        monkeypatch.setattr(story, "Story", partial(HttpStory, running))
        enter_people(running)
        yield running


def tell(told: Story) -> str:
    """Enter everything that is personal, in every place where it can stand; give the officer's id."""
    visits = told.history.all(Inspection)
    leaving = visits[0].officers[0]
    officer = told.history.get(Officer, leaving)
    assert officer is not None
    assert officer.details is not None
    related = next(id_ for id_ in map(story.entity_id, range(1, 24)) if id_ != visits[0].entity)
    for command in (
        ChangeOfficer(id=leaving, details=officer.details, reason="示例：补录", personal=OFFICER),
        RecordLeave(id=leaving, first="2024-02-01", last="2024-02-09", reason=LEAVE),
        RecordRelation(
            registry="officer", id=leaving, entity=related, relation="other", detail=RELATION
        ),
        EndRelation(registry="officer", id=leaving, entity=related, reason=ENDED),
    ):
        told.act("registrar1", "registrar", command)
        story.confirm_last(told, "officer", leaving)
    conflict = Declare(inspection=visits[0].id, conflict=True, reason=CONFLICT)
    told.act(leaving, "officer", conflict)
    clerk = AddStaff(id="clerk-x", department="edu", roles=("clerk",), personal=CLERK)
    told.act("admin", "administrator", clerk)
    expert = ExpertDetails(organisation="示例大学", specialities=("教育",))
    add = AddExpert(id="X1", details=expert, source="示例", personal=EXPERT)
    told.act("registrar1", "registrar", add)
    story.confirm_last(told, "expert", "X1")
    contact = ChangeEntity(
        id=SCHOOL, details=story.details_of(24), reason="示例：补录", personal=CONTACT
    )
    told.act("registrar1", "registrar", contact)
    story.confirm_last(told, "entity", SCHOOL)
    return leaving


def sign(service: Service, told: Story, leaving: str) -> None:
    """The officer signs a recusal: what is signed stays for ever, and holds the text as a commitment only."""
    signer = Signer(staff=leaving, origin=service.parts.ledger.origin)
    told.act(leaving, "officer", signer.enrolment())
    confirm = ConfirmSigningKey(public_key=signer.public_key, bootstrap=True)
    told.act("admin", "administrator", confirm)
    recusal = DeclareRecusal(id=leaving, entity=SCHOOL, reason=SIGNED)
    signature = written(signer.sign(recusal, command_id(leaving, "recusal")))
    headers = {"Idempotency-Key": "recusal", "Mingqian-Signature": signature}
    answer = service.act(leaving, recusal, **headers)
    assert answer.status_code == 200, answer.text
    newest = service.parts.ledger.read(service.parts.ledger.size() - 1)[0].envelope()
    assert newest.signed is not None
    assert newest.sealed is not None
    assert newest.sealed.fields.keys() == {"reason", "salt"}
    told.history = service.parts.writer.history()


def rest(told: Story, leaving: str) -> None:
    """End what they have a hand in, and suspend them."""
    for visit in told.history.all(Inspection):
        concerned = {*visit.officers, *visit.asked, visit.entity}
        if concerned & {leaving, SCHOOL}:
            close = RequestClosing(inspection=visit.id, reason="示例：停办")
            told.act("clerk-edu", "clerk", close)
            told.act("approver1", "approver", ApproveClosing(inspection=visit.id, version=NOW))
    suspensions = (
        Suspend(registry="officer", id=leaving, reason="示例：调离"),
        Suspend(registry="expert", id="X1", reason="示例：聘期届满"),
        Suspend(registry="entity", id=SCHOOL, reason="示例：停办"),
    )
    for suspend in suspensions:
        told.act("registrar1", "registrar", suspend)
        story.confirm_last(told, suspend.registry, suspend.id)
    for id_ in (leaving, "clerk-x"):
        told.act("admin", "administrator", SuspendStaff(id=id_, reason="示例：调离"))


def erase(told: Story, leaving: str) -> None:
    """Two people let them be forgotten."""
    for registry, id_ in (
        ("officer", leaving),
        ("staff", "clerk-x"),
        ("expert", "X1"),
        ("entity", SCHOOL),
    ):
        whose: dict[str, Any] = {"registry": registry, "id": id_}
        request = RequestErasure(**whose, basis="示例：保存期限届满")
        told.act("registrar1", "registrar", request)
        told.act("approver1", "approver", ApproveErasure(**whose, version=NOW))


def found(service: Service, who: str, field: str, value: str) -> list[str]:
    """Search, and give registry and id of each that was found."""
    asked = {"field": field, "value": value}
    answer = service.http.post("/registries/search", json=asked, headers=service.as_(who))
    assert answer.status_code == 200, answer.text
    return [f"{one['registry']}/{one['id']}" for one in answer.json()["entries"]]


def audited(service: Service) -> Report:
    """Verify the live database and its store of keys."""
    with snapshot(service.owner) as view:
        live = Live(service.owner, view, service.parts.settings.subject_keys)
        return verify(live, vkey=VerifierKey.parse(service.parts.ledger.genesis.vkey))


def test_after_an_erasure_no_file_holds_the_text_and_every_proof_holds(
    service: Service, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nor did any but the answers to those whose work it is ever show it."""
    since = wal_now(service.owner)
    told = story.with_inspections()
    leaving = tell(told)
    sign(service, told, leaving)
    _people_are_found_by_whom_it_concerns(service, leaving)
    store = service.parts.settings.subject_keys
    secret = _of_subject(store, f"officer/{leaving}")
    kept = Path(shutil.copy(store, tmp_path / "kept.sqlite"))
    assert in_files(kept, secret)
    rest(told, leaving)
    erase(told, leaving)
    _every_read_says_so(service, leaving)
    folder = tmp_path / "export"
    _proofs_hold(service, folder)
    assert in_database(service.owner, TRACES) == []
    assert in_server(service.owner, TRACES, since) == []
    assert in_files(folder, TRACES) == []
    for traces in (TRACES, secret):
        assert in_files(store.parent, traces) == []
    assert not TRACES.stand_in("".join(capfd.readouterr()).encode())
    _an_old_store_is_put_right_at_the_next_start(service, store, kept)


def _people_are_found_by_whom_it_concerns(service: Service, leaving: str) -> None:
    """However it is typed, and nobody is found in a registry whose personal fields one may not read."""
    shown = service.get(f"/registries/officers/{leaving}", "discipline1").json()["personal"]
    assert shown.items() >= OFFICER.items()
    assert found(service, "registrar1", "telephone", "139-1234 5678") == [f"officer/{leaving}"]
    assert found(service, "registrar1", "id_card", ID_CARD.lower()) == [f"officer/{leaving}"]
    assert found(service, "registrar1", "telephone", "(0310) 7654321") == [f"entity/{SCHOOL}"]
    assert found(service, "admin", "name", CLERK["name"]) == ["staff/clerk-x"]
    assert found(service, "registrar1", "name", CLERK["name"]) == []
    asked = {"field": "name", "value": CLERK["name"]}
    refused = service.http.post("/registries/search", json=asked, headers=service.as_("clerk-edu"))
    assert refused.json()["code"] == "role-not-allowed"


def _of_subject(store: Path, subject: str) -> Traces:
    """The wrapped key of somebody, and the digests by which nobody else is found."""
    with closing(sqlite3.connect(store)) as keys:
        (wrapped,) = keys.execute("SELECT wrapped FROM keys WHERE subject = ?", [subject])
        own = "SELECT digest FROM words GROUP BY digest HAVING min(subject) = ? AND count(*) = 1"
        digests = keys.execute(own, [subject]).fetchall()
    assert len(digests) >= len(OFFICER)
    return Traces((wrapped[0], *(digest for (digest,) in digests)))


def _every_read_says_so(service: Service, leaving: str) -> None:
    """已删除 in the place of every text, nobody found, no password left."""
    for who in ("registrar1", "discipline1"):
        shown = service.get(f"/registries/officers/{leaving}", who).json()["personal"]
        assert shown.keys() >= OFFICER.keys()
        assert set(shown.values()) == {"已删除"}
    entity = service.get(f"/registries/entities/{SCHOOL}", "registrar1").json()
    assert entity["personal"] == dict.fromkeys(CONTACT, "已删除")
    staff = service.get("/registries/staff/clerk-x", "admin").json()
    assert staff["personal"] == dict.fromkeys(CLERK, "已删除")
    for field, value in OFFICER.items():
        assert found(service, "discipline1", field, value) == []
    subjects = service.get("/subjects", "approver1").json()["entries"]
    names = {f"officer/{leaving}", f"staff/{leaving}", "staff/clerk-x", "expert/X1"}
    assert {one["id"] for one in subjects if one["erased"]} == {*names, f"entity/{SCHOOL}"}
    assert service.get("/subjects", "approver1", waiting="true").json()["entries"] == []
    assert service.get("/subjects", "clerk-edu").json()["code"] == "role-not-allowed"
    hold = HoldSubject(registry="staff", id="clerk-edu", reference="示例立案1号", reason="示例")
    assert service.act("discipline1", hold).status_code == 200
    seen = {
        who: {one["id"]: one["holds"] for one in service.get("/subjects", who).json()["entries"]}
        for who in ("approver1", "discipline1")
    }
    assert seen["discipline1"]["staff/clerk-edu"] == ["示例立案1号"]
    assert "staff/clerk-edu" not in seen["approver1"]
    assert set(seen["approver1"].values()) == {None}
    assert service.parts.accounts.get(leaving) is None
    assert service.parts.accounts.get("clerk-x") is None


def _proofs_hold(service: Service, folder: Path) -> None:
    """Tables that are built anew, the export, and the audit of both."""
    service.parts.projector.rebuild()
    assert service.parts.projector.compare() == ()
    export(
        service.parts.ledger,
        folder,
        bundles=bundles(service.parts.writer.history()),
        exported_by="discipline1",
        now="2024-12-31T00:00:00.000Z",
    )
    report, outside = audited(service), verify(Export(folder))
    assert report.ok, report.failures
    assert outside.ok, outside.failures
    assert not any("密钥库" in each for each in report.not_checked)


def _an_old_store_is_put_right_at_the_next_start(service: Service, store: Path, kept: Path) -> None:
    """The same as after a crash between the event and the destruction of the key."""
    shutil.copy(kept, store)
    codes = {(one.code, one.where) for one in audited(service).failures}
    assert codes == {("subject-key-kept", str(store))}
    with open_parts(service.parts.settings):
        assert audited(service).ok


def test_traces_would_be_found(database: str, tmp_path: Path) -> None:
    """In each of the ways in which they could be written; of a text that no other test looks for, as a server keeps it."""
    text = "示例痕迹"
    traces = Traces.of([text])
    ways = {
        "text": text,
        "json": json.dumps({"a": text}),
        "hex": text.encode().hex(),
        **{f"base64-{n}": base64.b64encode(b"a" * n + text.encode()).decode() for n in range(3)},
    }
    for way, said in ways.items():
        (tmp_path / way).write_text(said, encoding="utf-8")
    assert len(in_files(tmp_path, traces)) == len(ways)
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE plain (state bytea)")
    assert in_database(database, traces) == []
    with psycopg.connect(database) as connection:
        connection.execute("INSERT INTO plain VALUES (%s)", [text.encode()])
    assert in_database(database, traces) == ["public.plain"]
    assert in_server(database, traces, wal_now(database))
