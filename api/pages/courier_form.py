"""A stop's form: the ticked tasks are done, or failed with a reason; each at its own field.

Names of fields end with the task they speak of: `code_41`, `reason_41`. `note` is every ticked
door's that brings no code; `reason` every ticked task's where the whole stop came to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel

import api.words
from api.operations.rides import Verdict
from api.operations.riding import Report, Ride
from api.pages.courier_stop_view import is_settleable, needs_proof
from api.pages.courier_words import Wording
from api.pages.forms import FormFields, FormState
from data.rounds import Stop, Task
from delivery.proofs import EventKind
from delivery.rounds import TaskKind

CODE_DIGITS = 4
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class StopForm:
    """The form as it stands on its page, and what it reports; `kept` of it were accepted."""

    state: FormState[BaseModel]
    ticked: frozenset[int]
    reports: tuple[Report, ...] = ()
    kept: int = 0


def fresh(ride: Ride, stop: Stop) -> StopForm:
    """Return the form with everything that is ahead ticked."""
    return StopForm(
        state=FormState(),
        ticked=frozenset(task.id for task in stop.tasks if task.id in ride.pending),
    )


def filled(stop: Stop, fields: FormFields, ride: Ride, words: Wording) -> StopForm:
    """Read the form; what cannot be reported at all is told at its field."""
    ticks = set(fields.all("pick"))
    tasks = [task for task in stop.tasks if str(task.id) in ticks]
    reading = _Reading(ride, fields, words)
    reports = [report for task in tasks if (report := reading.report(task)) is not None]
    return StopForm(
        state=FormState(
            texts={name: fields.get(name) for name in fields.texts},
            faults=reading.faults,
            message="" if tasks else words.text("courier_none_ticked"),
        ),
        ticked=frozenset(task.id for task in tasks),
        reports=tuple(reports),
    )


def answered(
    form: StopForm, ride: Ride, stop: Stop, verdicts: Sequence[Verdict], words: Wording
) -> StopForm:
    """Return the form with what was refused at its field, over it where the field is gone."""
    open_ = {task.id for task in stop.tasks if is_settleable(ride, task)}
    faults = dict(form.state.faults)
    message = form.state.message
    for report, verdict in zip(form.reports, verdicts, strict=True):
        if verdict.refusal is None:
            continue
        parameters = api.words.local(verdict.refusal.parameters, words.timezone)
        sentence = api.words.text(verdict.refusal.code, parameters, words.language)
        part = "reason" if report.kind is EventKind.FAILED else "code"
        name = f"{part}_{report.task_id}"
        if report.task_id in open_ and name in form.state.texts:
            faults[name] = sentence
        else:
            message = sentence
    return replace(
        form,
        state=replace(form.state, faults=faults, message=message),
        ticked=form.ticked & open_,
        kept=sum(verdict.refusal is None for verdict in verdicts),
    )


class _Reading:
    """Turns what stands beside a task into a report of it."""

    def __init__(self, ride: Ride, fields: FormFields, words: Wording) -> None:
        self.faults: dict[str, str] = {}
        self._ride = ride
        self._fields = fields
        self._words = words

    def report(self, task: Task) -> Report | None:
        """Return what the form says of a task; None where that is unfit."""
        reason = self._fields.get(f"reason_{task.id}")
        if self._fields.get("outcome") == "failed":
            reason = reason or self._fields.get("reason")
            if not reason:
                self.faults["reason"] = self._words.text("courier_choose_reason")
                return None
        if reason:
            return Report(kind=EventKind.FAILED, task_id=task.id, payload={"reason": reason})
        if task.kind is TaskKind.PICKUP:
            return Report(kind=EventKind.PICKED_UP, task_id=task.id)
        proof = self._proof(task) if needs_proof(self._ride, task) else {}
        if proof is None:
            return None
        return Report(kind=EventKind.DELIVERED, task_id=task.id, payload=proof)

    def _proof(self, task: Task) -> dict[str, str] | None:
        code = "".join(self._fields.get(f"code_{task.id}").split())
        note = self._fields.get("note")
        if code:
            if len(code) != CODE_DIGITS or not (code.isascii() and code.isdigit()):
                self.faults[f"code_{task.id}"] = self._words.text("courier_code_unfit")
                return None
            return {"code": code}
        if len(note) > LONGEST_NOTE:
            self.faults["note"] = self._words.text("form_string_too_long", max_length=LONGEST_NOTE)
            return None
        return {"note": note} if note else {}
