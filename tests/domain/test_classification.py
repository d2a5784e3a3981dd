"""Tags, licences and credit classes: proposed, confirmed by somebody else, and read as of a day."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.classification import SetVocabulary, Tag, TagEntry
from domain.entity_records import (
    CreditRated,
    RateCredit,
    RecordLicence,
    WithdrawLicence,
    WithdrawRating,
    class_on,
)
from domain.errors import DomainError
from domain.registry_commands import ChangeEntity, CreditClass, Registry
from domain.registry_state import Entity, Officer
from tests.story import Story, confirm_last, entity_id, scope, with_registries

ID = entity_id(1)
REGISTRAR = ("registrar1", "registrar")
DOCUMENT = "ab" * 32
CLASSES: tuple[CreditClass, ...] = ("A", "B", "C", "D")


def entity(story: Story, number: int = 1) -> Entity:
    """The entity as it stands."""
    found = story.history.get(Entity, entity_id(number))
    assert found is not None
    return found


def rating(on: str, credit_class: CreditClass, number: int = 1) -> RateCredit:
    """A rating as a month's list brings it."""
    return RateCredit(
        id=entity_id(number),
        credit_class=credit_class,
        on=on,
        source="示例：市场监管部门信用等级名单",
        document=DOCUMENT,
    )


def licence(**changes: str) -> RecordLicence:
    """A licence to run a school."""
    fields = {
        "id": ID,
        "kind": "办学许可证",
        "number": "示例证001",
        "issuer": "示例县教育局",
        "valid_from": "2022-01-01",
        "expires": "2024-12-31",
    }
    return RecordLicence(**{**fields, **changes})


def done(story: Story, command: TagEntry | RateCredit | RecordLicence | WithdrawLicence) -> None:
    """Proposed by one, confirmed by another."""
    assert story.act(*REGISTRAR, command)
    registry, _, id_ = command.stream.partition("/")
    confirm_last(story, "officer" if registry == "officer" else "entity", id_)


def tagging(*add: str, remove: tuple[str, ...] = (), registry: Registry = "entity") -> TagEntry:
    """Tags for the first entity or officer."""
    id_ = ID if registry == "entity" else "E1"
    return TagEntry(registry=registry, id=id_, add=add, remove=remove, reason="示例：分类标注")


def test_a_tag_counts_in_scopes_once_a_second_person_confirmed_it() -> None:
    """An entity's tags are those by which plans choose; officers carry them beside their skills."""
    story = with_registries(range(1, 2))
    high_risk = scope(tags=("高危",))
    story.act(*REGISTRAR, tagging("高危", "寄宿"))
    assert entity(story).tags == ()
    confirm_last(story, "entity", ID)
    assert entity(story).tags == ("高危", "寄宿")
    details = entity(story).details
    assert details is not None
    assert high_risk.fits(details)
    assert len(entity(story).earlier) == 1
    done(story, tagging(remove=("高危",)))
    assert entity(story).tags == ("寄宿",)
    done(story, tagging("英语", registry="officer"))
    officer = story.history.get(Officer, "E1")
    assert officer is not None
    assert officer.tags == ("英语",)


def test_a_registry_with_a_vocabulary_takes_no_other_words() -> None:
    """Neither by tagging nor within a change; words that were there before may stay."""
    story = with_registries(range(1, 2))
    done(story, tagging("旧词"))
    words = SetVocabulary(registry="entity", tags=(Tag(tag="高危", meaning="示例"),), basis="示例")
    story.act("clerk-edu", "clerk", words)
    with pytest.raises(DomainError, match="unknown-tag"):
        story.decide(*REGISTRAR, tagging("别的"))
    held = entity(story).details
    assert held is not None
    change = ChangeEntity(id=ID, details=held, reason="示例", personal={})
    story.decide(*REGISTRAR, change)
    with pytest.raises(DomainError, match="unknown-tag"):
        story.decide(*REGISTRAR, replace(change, details=replace(held, tags=("旧词", "别的"))))
    story.decide(*REGISTRAR, tagging("高危", remove=("旧词",)))
    story.decide(*REGISTRAR, tagging("自由", registry="officer"))
    with pytest.raises(DomainError, match="duplicate-id"):
        story.decide("clerk-edu", "clerk", replace(words, tags=(*words.tags, *words.tags)))


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (tagging(), "tags-unchanged"),
        (tagging("甲", remove=("甲",)), "duplicate-id"),
        (tagging(remove=("没有",)), "tags-unchanged"),
        (tagging(" "), "field-missing"),
        (replace(tagging("甲"), reason=" "), "reason-missing"),
        (licence(expires="2021-12-31"), "date-invalid"),
        (licence(number=" "), "field-missing"),
        (WithdrawLicence(id=ID, number="没有", reason="示例"), "unknown-licence"),
        (rating("2024-01-06", "A"), "date-invalid"),
        (replace(rating("2024-01-01", "A"), document="x"), "hash-invalid"),
        (WithdrawRating(id=ID, on="2024-01-01", reason="示例"), "unknown-rating"),
    ],
)
def test_what_does_not_fit_is_refused(command: TagEntry | RateCredit, code: str) -> None:
    """Nothing to change, days that cannot be, and what is not on record."""
    story = with_registries(range(1, 2))
    with pytest.raises(DomainError, match=code):
        story.decide(*REGISTRAR, command)


def test_a_licence_is_renewed_under_its_number_and_withdrawn_with_a_reason() -> None:
    """The same again records nothing."""
    story = with_registries(range(1, 2))
    done(story, licence())
    assert story.act(*REGISTRAR, licence()) == ()
    done(story, licence(expires="2027-12-31"))
    assert [one.expires for one in entity(story).licences.values()] == ["2027-12-31"]
    done(story, WithdrawLicence(id=ID, number="示例证001", reason="示例：吊销"))
    assert entity(story).licences == {}


def test_an_older_rating_is_on_record_and_overrides_no_newer_one() -> None:
    """Whatever the order in which the lists come in; which class held on a day can be told afterwards."""
    story = with_registries(range(1, 2))
    story.now = "2024-05-10T01:00:00.000Z"
    registered = entity(story).details
    assert registered is not None
    assert registered.credit_class == "B"
    done(story, rating("2024-04-30", "D"))
    done(story, rating("2024-02-29", "A"))
    details = entity(story).details
    assert details is not None
    assert details.credit_class == "D"
    held = [entity(story).class_on(day) for day in ("2024-02-28", "2024-02-29", "2024-04-29")]
    assert [*held, entity(story).class_on("2024-04-30")] == ["B", "A", "A", "D"]
    assert story.act(*REGISTRAR, rating("2024-04-30", "D")) == ()


def test_a_withdrawn_rating_gives_way_to_the_one_before_it() -> None:
    """In the end to the class with which the entity was registered."""
    story = with_registries(range(1, 2))
    story.now = "2024-05-10T01:00:00.000Z"
    for on, credit_class in (("2024-03-31", "C"), ("2024-04-30", "D")):
        done(story, rating(on, "C" if credit_class == "C" else "D"))
    classes = []
    for on in ("2024-04-30", "2024-03-31"):
        done(story, WithdrawRating(id=ID, on=on, reason="示例：登记有误"))  # type: ignore[arg-type]
        details = entity(story).details
        assert details is not None
        classes.append(details.credit_class)
    assert classes == ["C", "B"]


def test_a_class_that_is_rated_by_date_is_not_changed_by_hand() -> None:
    """A change that leaves it alone is as good as ever."""
    story = with_registries(range(1, 2))
    done(story, rating("2024-01-01", "D"))
    held = entity(story).details
    assert held is not None
    change = ChangeEntity(id=ID, details=replace(held, area="示例乡"), reason="示例", personal={})
    story.decide(*REGISTRAR, change)
    better = replace(change, details=replace(held, credit_class="A"))
    with pytest.raises(DomainError, match="credit-class-dated"):
        story.decide(*REGISTRAR, better)


@given(
    st.dictionaries(st.dates().map(str), st.sampled_from(CLASSES), max_size=6), st.dates().map(str)
)
def test_the_class_of_a_day_is_that_of_the_newest_rating_up_to_it(
    found: dict[str, CreditClass], day: str
) -> None:
    """Told a second time, by going through the days in order."""
    ratings = {
        on: CreditRated(credit_class=one, on=on, source="示例", document=DOCUMENT)
        for on, one in found.items()
    }
    held: CreditClass | None = None
    for on in sorted(found):
        if on > day:
            break
        held = found[on]
    assert class_on(ratings, day, None) == held
