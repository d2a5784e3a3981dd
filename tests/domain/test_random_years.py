"""A year in which anybody tries anything: what must hold then, and that a replay arrives at the same.

Right next steps bring the year forward; the same steps by other people or with another word in them, and acts of any kind
by anybody, try to bend it.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from copy import copy
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from audit.commands import command_behind
from domain import appointment_state as appointment
from domain import checklists, item_versions, items, plan, schemes, signing_keys, training
from domain import draw_commands as draw
from domain import follow_up_commands as follow_up
from domain import inspection_commands as inspection
from domain import registry_commands as registry
from domain import replacement_commands as replacement
from domain import subject_commands as subject
from domain.acts import SYSTEM, act_of
from domain.aggregates import PREFIXES
from domain.canonical import canon
from domain.draw_state import Draw
from domain.errors import DomainError
from domain.facts import Actor, Recorded
from domain.history import History
from domain.organisation import AddStaff, Role
from domain.task import Task
from ledger import codec
from tests import story
from tests.agenda import agenda
from tests.random_acts import COMMANDS, values
from tests.story import Story, plan_row

if TYPE_CHECKING:
    from domain.facts import Command, Fact

EXAMPLES, STEPS = 84, 60
SECOND = "联2024027"  # another task on the same entities
EVERYBODY = "everybody"  # holds every role that one person may hold, so that nobody's roles keep them from approving their own
ALONE = frozenset({"administrator", "discipline"})
PEOPLE = (*(id_ for id_, _, _ in story.PEOPLE), EVERYBODY)

# What is agreed to, and what it is agreed to: never by the same person.
AGREED: dict[type, tuple[type, ...]] = {
    items.ItemReviewed: (items.ItemClaimed,),
    plan.PlanReviewed: (plan.PlanDrafted, plan.PlanAmended),
    draw.DrawVoided: (draw.VoidRequested,),
    replacement.SeatVacated: (replacement.ReplacementRequested,),
    inspection.ResultConfirmed: (inspection.ResultEntered,),
    inspection.ResultReviewed: (inspection.ResultEntered, inspection.ResultConfirmed),
    inspection.ResultPublished: (inspection.ResultReviewed,),
    follow_up.CorrectionVerified: (inspection.ResultEntered, inspection.ResultConfirmed),
    inspection.InspectionClosed: (inspection.ClosingRequested,),
    follow_up.ExtensionApproved: (follow_up.ExtensionRequested,),
    checklists.ChecklistReviewed: (checklists.ChecklistDrafted,),
    training.TrainingSessionConfirmed: (training.TrainingSessionRecorded,),
    schemes.SchemeReviewed: (schemes.SchemeDrafted,),
    item_versions.ItemProposalReviewed: (
        item_versions.ItemRevisionProposed,
        item_versions.ItemWithdrawalProposed,
    ),
    appointment.AppointmentAgreed: (appointment.AppointmentProposed,),
    signing_keys.SigningKeyConfirmed: (signing_keys.SigningKeyEnrolled,),
    subject.SubjectErased: (subject.ErasureRequested,),
}
# What is published, the review that it needs, and what would have to be reviewed anew.
REVIEWED: dict[type, tuple[type, tuple[type, ...]]] = {
    items.ItemPublished: (items.ItemReviewed, (items.ItemClaimed,)),
    plan.PlanPublished: (plan.PlanReviewed, (plan.PlanDrafted, plan.PlanAmended)),
    schemes.SchemePublished: (schemes.SchemeReviewed, (schemes.SchemeDrafted,)),
    inspection.ResultPublished: (inspection.ResultReviewed, (inspection.ResultEntered,)),
}


def _two_tasks() -> Story:
    told = story.with_registries(range(1, 7))  # few, so that the year comes far
    roles = tuple(role for role in get_args(Role) if role not in ALONE)
    everybody = AddStaff(id=EVERYBODY, department="edu", roles=roles, personal={"name": "示例"})
    told.act("admin", "administrator", everybody)
    draft = plan.DraftPlan(
        year=2024,
        title="2024年度抽查计划",
        document_number="示例〔2024〕1号",
        issuer="edu",
        rows=(plan_row(), plan_row(number=SECOND, task_number="联027", ratio=(1, 2), ratios=())),
    )
    told.act("clerk-edu", "clerk", draft)
    return told


def _forward(told: Story, until: str) -> Story:
    """Do what is due until something of this kind is."""
    for _ in range(1000):
        due = agenda(told.history)
        if any(type(step.command).__name__ == until for step in due):
            return told
        for step in due:
            try:
                told.act(*step)
                break
            except DomainError:
                continue
    raise AssertionError(f"{until} never came")


KINDS = tuple(PREFIXES)
BEGINNINGS = ("ReviewPlan", "PrepareDraw", "Declare", "ConfirmResult", "PublishResult")


@cache
def _beginning(until: str) -> Story:
    told = _two_tasks()
    told.now = "2024-06-03T01:00:00.000Z"
    return _forward(told, until)


class RandomYear(RuleBasedStateMachine):
    """One year, from some point of it on."""

    story: Story

    @initialize(until=st.sampled_from(BEGINNINGS))
    def begin(self, until: str) -> None:
        """Everything before was as it should be."""
        told = _beginning(until)
        self.story = copy(told)
        self.story.history = told.history.branch()
        self.story.recorded = list(told.recorded)
        self.streams: dict[str, list[Recorded]] = defaultdict(list)
        for one in told.recorded:
            self.streams[one.stream].append(one)

    @rule(data=st.data(), times=st.integers(1, 6))
    def what_is_due(self, data: st.DataObject, times: int) -> None:
        """The right next acts, by the right people."""
        for _ in range(times):
            if due := agenda(self.story.history):
                self._try(*data.draw(st.sampled_from(due)))

    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def what_is_due_by_somebody_else(self, data: st.DataObject, who: str) -> None:
        """The right act, by anybody, in any role that it may have."""
        if due := agenda(self.story.history):
            command = data.draw(st.sampled_from(due)).command
            self._try(who, data.draw(st.sampled_from(act_of(command).roles)), command)

    @rule(data=st.data())
    def what_is_due_with_another_word(self, data: st.DataObject) -> None:
        """The right person, and one field that is not what it should be."""
        due = [step for step in agenda(self.story.history) if dataclasses.fields(step.command)]  # type: ignore[arg-type]
        if due:
            who, role, command = data.draw(st.sampled_from(due))
            hints = get_type_hints(type(command))
            name = data.draw(st.sampled_from(sorted(hints)))
            other: Any = {name: data.draw(values(name, hints[name]))}
            self._try(who, role, dataclasses.replace(command, **other))  # type: ignore[type-var]

    @rule(data=st.data(), times=st.integers(1, 6))
    def anything(self, data: st.DataObject, times: int) -> None:
        """Any acts, by one of those whose acts they are."""
        for _ in range(times):
            act, command = data.draw(COMMANDS)
            holders = [id_ for id_, _, own in story.PEOPLE if set(own) & set(act.roles)]
            who = data.draw(st.sampled_from((EVERYBODY, *holders)))
            role = data.draw(st.sampled_from([role for role in act.roles if role != SYSTEM]))
            self._try(who, role, command)

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours: int) -> None:
        """Deadlines come."""
        later = datetime.fromisoformat(self.story.now) + timedelta(hours=hours)
        self.story.now = later.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _try(self, who: str, role: str, command: Command) -> None:
        before = self.story.history.size
        try:
            facts = self.story.decide(who, role, command)
        except DomainError:
            assert self.story.history.size == before
            return
        actor = Actor(id=who, role=role)
        self._is_decided_again(facts, actor)
        for fact in facts:
            self.story.record(fact, actor)
            self._holds(self.story.recorded[-1])

    def _is_decided_again(self, facts: tuple[Fact, ...], actor: Actor) -> None:
        """The audit finds the command behind what is recorded, and the same follows from it."""
        if not facts:
            return
        first = Recorded(
            leaf=self.story.history.size,
            stream=facts[0].stream,
            version=self.story.history.version(facts[0].stream) + 1,
            recorded_at=self.story.now,
            actor=actor,
            command_id="",
            event=facts[0].event,
        )
        command = command_behind(first, self.story.history)
        assert command is not None
        again = self.story.decide(actor.id, actor.role, command)
        assert [_said(fact) for fact in again] == [_said(fact) for fact in facts]

    def _holds(self, now: Recorded) -> None:
        before, kind = self.streams[now.stream], type(now.event)
        for one in reversed(before):
            if type(one.event) in AGREED.get(kind, ()):
                assert one.actor.id != now.actor.id, "nobody agrees to their own act"
                break
        if kind in {registry.ChangeConfirmed, registry.ChangeRejected}:
            proposed = before[now.event.version - 1]  # type: ignore[attr-defined]
            assert proposed.actor.id != now.actor.id, "nobody agrees to their own proposal"
        if kind in REVIEWED:
            review, anew = REVIEWED[kind]
            last = next(one.event for one in reversed(before) if type(one.event) in {review, *anew})
            assert isinstance(last, review), "nothing is published unreviewed"
            assert getattr(last, "approved"), "nothing is published that was returned"  # noqa: B009 - each of them has it
        if kind is inspection.ResultEntered:
            there = {
                one.actor.id
                for one in before
                if isinstance(one.event, inspection.OfficerCheckedOut)
            }
            assert len(there) >= 2, "two officers were there"
        if kind is draw.DrawComputed:
            self._nobody_is_visited_too_often()
        before.append(now)

    def _nobody_is_visited_too_often(self) -> None:
        counts: Counter[str] = Counter()
        for one in self.story.history.all(Draw):
            if one.stage == "entities" and not one.voided:
                counts.update(one.selected)
        caps = [task.row.visit_cap for task in self.story.history.all(Task)]
        assert not counts or max(counts.values()) <= max(caps), "no entity is drawn over its cap"

    def teardown(self) -> None:
        """Live is what a replay of the stored bytes gives."""
        if not hasattr(self, "story"):
            return
        replayed = History()
        for one in self.story.recorded:
            name, data = codec.encode(one.event)
            assert codec.decode(name, data) == one.event
            replayed.apply(one)
        live, again = self.story.history, replayed
        assert all(live.all(kind) == again.all(kind) for kind in KINDS)


def _said(fact: Fact) -> tuple[str, str, bytes]:
    name, data = codec.encode(fact.event)
    return fact.stream, name, canon(data)


def test_whatever_anybody_tries_the_rules_hold_and_a_replay_equals_what_was_live() -> None:
    """Five thousand steps, right ones and wrong ones; what is refused leaves nothing behind."""
    run_state_machine_as_test(
        RandomYear,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
        ),
    )
