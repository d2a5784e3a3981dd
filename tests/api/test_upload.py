"""Registry files over HTTP: one commit or nothing, and the same file twice adds nothing."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import openpyxl

from tests import story

if TYPE_CHECKING:
    import httpx

    from tests.serving import Service

ENTITIES = (
    "学校标识码,名称,类型,信用等级,区域,地址,联系人\n"
    "1300000001,示例培训机构1,校外培训机构,A,示例镇,示例路1号,示例人员\n"
    "1300000002,示例培训机构2,校外培训机构,B,示例镇,示例路2号,示例人员\n"
)


def upload(
    service: Service,
    registry: str,
    content: str | bytes,
    who: str = "registrar1",
    **more: Any,  # noqa: ANN401 - form fields
) -> httpx.Response:
    """Send a file as a browser does."""
    data = content.encode() if isinstance(content, str) else content
    headers = {**service.as_(who), **more.pop("headers", {})}
    name = "名录.xlsx" if data.startswith(b"PK") else "名录.csv"
    return service.http.post(
        f"/imports/{registry}", files={"file": (name, data)}, data=more, headers=headers
    )


def test_a_file_is_one_commit_and_twice_adds_nothing(service: Service) -> None:
    """Two entities, two events; the second time both stand already."""
    size = service.parts.ledger.size()
    first = upload(service, "entities", ENTITIES)
    assert first.status_code == 200, first.text
    assert (first.json()["added"], first.json()["unchanged"]) == (2, 0)
    assert first.headers["Ledger-Position"] == str(size + 2)
    assert len(service.parts.ledger.commits(size)) == 1
    second = upload(service, "entities", ENTITIES).json()
    assert (second["added"], second["unchanged"], second["problems"]) == (0, 2, [])
    entity = service.get(f"/registries/entities/{story.entity_id(1)}", "registrar1").json()
    assert entity["pending"]["details"]["name"] == "示例培训机构1"
    assert entity["personal"] == {"contact": "示例人员"}


def test_the_same_upload_under_one_key_is_answered_alike(service: Service) -> None:
    """A lost answer can be asked for again; another file under the key is refused."""
    key: dict[str, Any] = {"headers": {"Idempotency-Key": "file-1"}}
    first, second = (upload(service, "entities", ENTITIES, **key).json() for _ in range(2))
    assert (second["added"], second["repeated"]) == (2, True)
    assert second["position"] == first["position"]
    other = upload(service, "entities", ENTITIES.replace("A", "C"), **key)
    assert other.json()["code"] in {"command-id-reused", "import-rows-bad"}


def test_a_bad_row_stops_the_file_unless_it_may_be_left_out(service: Service) -> None:
    """Every bad row is named by file, sheet, row, column and code, and nothing that it says is repeated."""
    bad = ENTITIES + "13,示例培训机构3,校外培训机构,A,示例镇,示例路3号,机密\n"
    size = service.parts.ledger.size()
    refused = upload(service, "entities", bad)
    assert (refused.status_code, refused.json()["code"]) == (422, "import-rows-bad")
    problem = refused.json()["problems"][0]
    assert (problem["file"], problem["row"], problem["code"]) == (
        "名录.csv",
        4,
        "identifier-invalid",
    )
    assert "机密" not in refused.text
    assert service.parts.ledger.size() == size
    taken = upload(service, "entities", bad, skip_bad_rows="true").json()
    assert (taken["added"], len(taken["problems"])) == (2, 1)


def test_an_entry_with_other_content_is_a_problem_of_its_row(service: Service) -> None:
    """Who wants to change an entry proposes the change; an import never overwrites."""
    upload(service, "entities", ENTITIES)
    changed = upload(service, "entities", ENTITIES.replace("示例路2号", "示例路20号")).json()
    assert [(one["row"], one["code"]) for one in changed["problems"]] == [(3, "already-registered")]


def test_officers_name_their_department_by_id_or_by_name(service: Service) -> None:
    """Lists of people say 教育局, the ledger says edu; an unknown department is a problem of its row."""
    head = "工号,姓名,部门,执法证号,执法证有效期至\n"
    rows = "X1,示例甲,教育局,示例1,2030-12-31\nX2,示例乙,edu,示例2,2030-12-31\n"
    assert upload(service, "officers", head + rows).json()["added"] == 2
    departments = {
        one["id"]: one["pending"]["details"]["department"]
        for one in service.get("/registries/officers", "registrar1").json()["entries"]
    }
    assert departments == {"X1": "edu", "X2": "edu"}
    unknown = upload(service, "officers", head + "X3,示例丙,没有局,示例3,2030-12-31\n").json()
    assert unknown["problems"][0]["code"] == "unknown-department"


def test_items_and_experts_come_in_the_same_way(service: Service) -> None:
    """From a workbook, and by those who keep each list."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["部门", "事项名称", "检查对象", "事项类别"])
    book.active.append(["示例省教育厅", "示例事项", "学校", "一般检查事项"])
    stream = io.BytesIO()
    book.save(stream)
    assert upload(service, "items", stream.getvalue(), "clerk-edu").json()["added"] == 1
    experts = "编号,姓名,专业领域,工作单位\nZ1,示例专家,食品安全,示例学院\n"
    assert upload(service, "experts", experts).json()["added"] == 1


def test_who_may_not_add_may_not_import(service: Service) -> None:
    """Refused before the file is read; a file that is none is refused after."""
    refused = upload(service, "entities", ENTITIES, "clerk-edu")
    assert (refused.status_code, refused.json()["code"]) == (403, "role-not-allowed")
    assert upload(service, "entities", b"\x00\x01").status_code == 422
    missing = service.http.post("/imports/entities", headers=service.as_("registrar1"))
    assert missing.json()["code"] == "request-invalid"
