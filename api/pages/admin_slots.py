"""The administrator's slots: published for weeks ahead, watched as they fill, closed."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

import api.errors
import api.operations.slots
import api.words
from api.deps import Date, Id, Now, Pool
from api.pages.forms import Fields, FormState, read
from api.pages.frame import language_of, page, seen
from api.pages.stretches import Typed, with_faults
from api.setup_file import SlotsIn, WindowIn
from api.visits import LoggedIn, Login
from delivery.errors import Refusal
from delivery.slots import NewSlot, Slot, SlotKind

router = APIRouter(include_in_schema=False)

PATH = "/t/{slug}/admin/creneaux"
#: The list looks so far ahead.
SHOWN_DAYS = 28
EVENING = time(18)


class SlotForm(BaseModel):
    """A window of some weekdays for some weeks; Monday is 1."""

    kind: SlotKind
    weekdays: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1)]
    starts: Typed
    ends: Typed
    capacity: Annotated[int, Field(ge=1, le=1000)]
    closes: Literal["eve", "notice"]
    eve_at: Typed = EVENING
    notice_hours: Annotated[int, Field(ge=0, le=24)] = 2
    first_day: Date
    weeks: Annotated[int, Field(ge=1, le=26)]

    def slots(self, timezone: ZoneInfo) -> list[NewSlot]:
        """Return every slot, day by day."""
        window = WindowIn(
            kind=self.kind,
            starts=self.starts,
            ends=self.ends,
            capacity=self.capacity,
            notice_minutes=self.notice_hours * 60,
            eve_at=self.eve_at if self.closes == "eve" else None,
        )
        wish = SlotsIn(
            first_day=self.first_day,
            last_day=self.first_day + timedelta(days=7 * self.weeks - 1),
            weekdays=frozenset(self.weekdays),
            windows=(window,),
        )
        return list(wish.slots(timezone))


@router.get(PATH)
def show_slots(request: Request, login: LoggedIn, pool: Pool, now: Now) -> Response:
    """Show the slots to come, and ask for more."""
    tomorrow = now.astimezone(login.timezone).date() + timedelta(days=1)
    fresh = {
        "kind": "home",
        "starts": "",
        "ends": "",
        "capacity": "",
        "closes": "notice",
        "eve_at": f"{EVENING:%H:%M}",
        "notice_hours": "2",
        "first_day": tomorrow.isoformat(),
        "weeks": "4",
        "weekdays": "",
    }
    return _page(request, login, pool, now, FormState.of(fresh), ("2", "3", "4", "5", "6"))


def _page(
    request: Request,
    login: Login,
    pool: Pool,
    now: datetime,
    form: FormState[SlotForm],
    weekdays: tuple[str, ...],
    *,
    status: int = 200,
) -> Response:
    days = api.operations.slots.coming(pool, login.town.id, days=SHOWN_DAYS, now=now)
    return page(
        request,
        "admin/slots.html",
        status=status,
        days=[
            (day, [(slot, _until(slot, login, now, language_of(request))) for slot in slots])
            for day, slots in days
        ],
        form=form,
        weekdays=weekdays,
        now=now,
        weeks_shown=SHOWN_DAYS // 7,
    )


def _until(slot: Slot, login: Login, now: datetime, language: str) -> str:
    """Say until when a slot can be booked, as short as the day it is for allows."""
    if slot.cutoff_at <= now:
        return api.words.text("admin_slot_over", {}, language)
    starts, cutoff = (each.astimezone(login.timezone) for each in (slot.starts_at, slot.cutoff_at))
    ahead = (starts.date() - cutoff.date()).days
    code = {0: "admin_slot_until_day", 1: "admin_slot_until_eve"}.get(ahead, "admin_slot_until")
    until = cutoff if ahead > 1 else api.words.clock(cutoff, language)
    return api.words.text(code, {"until": until}, language)


@router.post(PATH)
def publish(request: Request, login: LoggedIn, fields: Fields, pool: Pool, now: Now) -> Response:
    """Publish a window for weeks ahead."""
    language = language_of(request)
    form = read(SlotForm, fields, language, lists=("weekdays",))
    form = with_faults(form, _faults(form.value, now.astimezone(login.timezone).date(), language))
    status = 422
    try:
        if form.value is not None:
            slots = form.value.slots(login.timezone)
            api.operations.slots.publish(pool, login.town.id, slots, now=now)
            path = f"/t/{login.town.slug}/admin/creneaux"
            return seen(request, path, done="admin_slots_published")
    except Refusal as refusal:
        form = form.refused(refusal, language, login.timezone)
        status = api.errors.status_of(refusal)
    return _page(request, login, pool, now, form, fields.all("weekdays"), status=status)


def _faults(wish: SlotForm | None, today: date, language: str) -> dict[str, str]:
    if wish is not None and wish.ends <= wish.starts:
        return {"ends": api.words.text("form_time_order", {}, language)}
    if wish is not None and wish.first_day < today:
        return {"first_day": api.words.text("admin_slots_past", {}, language)}
    return {}


@router.post(f"{PATH}/{{slot_id}}/fermer")
def close(request: Request, login: LoggedIn, slot_id: Id, pool: Pool) -> Response:
    """Let nobody book a slot any more."""
    api.operations.slots.close(pool, login.town.id, slot_id)
    return seen(request, f"/t/{login.town.slug}/admin/creneaux", done="admin_slot_closed")
