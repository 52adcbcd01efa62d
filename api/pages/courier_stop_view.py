"""A stop in the words of its courier's page: what changes hands, for whom, and what to mind."""

from collections.abc import Sequence
from dataclasses import dataclass

import delivery.phones
from api.operations.riding import Goods, Ride
from api.pages.courier_view import geo, stop_state, window, work
from api.pages.courier_words import Wording
from data.rounds import Stop, Task
from delivery.orders import Fulfilment, Order
from delivery.parcels import Parcel, Size, Temperature
from delivery.proofs import FailureReason
from delivery.riding import Act
from delivery.rounds import StopKind, TaskKind, TaskState

#: Why a pickup, and why a dropoff, may come to nothing.
REASONS = {
    TaskKind.PICKUP: (
        FailureReason.NOT_READY,
        FailureReason.SHOP_SHUT,
        FailureReason.DAMAGED,
        FailureReason.UNREACHABLE,
    ),
    TaskKind.DROPOFF: (
        FailureReason.ABSENT,
        FailureReason.REFUSED,
        FailureReason.UNREACHABLE,
        FailureReason.DAMAGED,
    ),
}
#: Signs of a parcel's code that are enough to find it among a stop's.
SHORT_CODE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleView:
    """The parcels of one order: its shop's reference, what they are, where they come from."""

    reference: str
    parcels: str
    source: str
    codes: tuple[str, ...]
    #: `here`, `ahead` where they are not on board yet, `missing` where they will not be.
    standing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """A task as the form shows it; `who` is a name at a door, initials elsewhere."""

    id: int
    kind: str
    who: str
    phone: str
    phone_text: str
    bundles: tuple[BundleView, ...]
    marks: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    leads_to: str
    needs_proof: bool
    state: str
    badge: str
    state_text: str
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """The tasks of a kind."""

    heading: str
    tasks: tuple[TaskView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StopView:
    """All the page of a stop shows; `settled` are the tasks nothing can be done about any more."""

    id: int
    number: int
    count: int
    kind: str
    kind_text: str
    label: str
    planned: str
    window: str
    work: str
    state: str
    place: str
    groups: tuple[GroupView, ...]
    settled: tuple[TaskView, ...]
    reasons: tuple[tuple[str, str], ...]
    action: str
    needs_proof: bool
    is_single: bool
    is_pending: bool
    open_ids: tuple[int, ...]


def view(ride: Ride, stop: Stop, goods: Goods, words: Wording) -> StopView:
    """Put a stop into words."""
    teller = _Teller(ride, stop, goods, words)
    ahead = [task for task in stop.tasks if is_settleable(ride, task)]
    told = {task.id: teller.task(task) for task in stop.tasks}
    kinds = {task.kind for task in ahead}
    reasons = {reason: None for kind in sorted(kinds, key=_order) for reason in REASONS[kind]}
    return StopView(
        id=stop.id,
        number=1 + [each.id for each in ride.round.stops].index(stop.id),
        count=len(ride.round.stops),
        kind=stop.kind.value,
        kind_text=words.text(f"courier_kind_{stop.kind.value}"),
        label=stop.label,
        planned=words.text("courier_planned", at=words.clock(stop.arrives_at)),
        window=window(stop, words),
        work=work(ride, stop, words),
        state=stop_state(stop.tasks, ride.pending),
        place=geo(stop.point),
        groups=tuple(
            GroupView(
                heading=words.text(_group_code(stop, kind)),
                tasks=tuple(told[task.id] for task in ahead if task.kind is kind),
            )
            for kind in sorted(kinds, key=_order)
        ),
        settled=tuple(told[task.id] for task in stop.tasks if task not in ahead),
        reasons=tuple((each.value, _reason(each, words)) for each in reasons),
        action=words.text(_action_code(stop, kinds)),
        needs_proof=any(told[task.id].needs_proof for task in ahead),
        is_single=len(ahead) == 1,
        is_pending=any(task.id in ride.pending for task in stop.tasks),
        open_ids=tuple(task.id for task in stop.tasks if task.id in ride.pending),
    )


def is_settleable(ride: Ride, task: Task) -> bool:
    """Tell whether something can still be said of a task: it is ahead, or failed and done after."""
    return task.id in ride.pending or task.state is TaskState.FAILED


def needs_proof(ride: Ride, task: Task) -> bool:
    """Tell whether a task is only done with the recipient's code or a note."""
    return task.kind is TaskKind.DROPOFF and any(
        order.fulfilment is Fulfilment.HOME for order in ride.moved(task)
    )


def _order(kind: TaskKind) -> int:
    return list(TaskKind).index(kind)


def _group_code(stop: Stop, kind: TaskKind) -> str:
    if kind is TaskKind.PICKUP:
        return "courier_to_take"
    return "courier_to_leave" if stop.kind is StopKind.HUB else "courier_to_give"


def _action_code(stop: Stop, kinds: set[TaskKind]) -> str:
    if len(kinds) != 1:
        return "courier_settle"
    (kind,) = kinds
    return f"courier_settle_{_group_code(stop, kind).removeprefix('courier_to_')}"


def _reason(reason: FailureReason, words: Wording) -> str:
    return words.text(f"courier_reason_{reason.value}")


class _Teller:
    """Tells a stop's tasks; names and phones only where they are of use."""

    def __init__(self, ride: Ride, stop: Stop, goods: Goods, words: Wording) -> None:
        self._ride = ride
        self._stop = stop
        self._goods = goods
        self._words = words
        self._is_over = ride.next.act is Act.REST
        self._pickups = {
            order_id: task
            for task in ride.round.tasks
            if task.kind is TaskKind.PICKUP
            for order_id in task.order_ids
        }
        self._numbers = {stop.id: place for place, stop in enumerate(ride.round.stops, start=1)}

    def task(self, task: Task) -> TaskView:
        """Put one task into words."""
        orders = self._ride.moved(task)
        at_door = self._stop.kind is StopKind.DOOR and task.kind is TaskKind.DROPOFF
        phone = orders[0].recipient_phone if orders and at_door and not self._is_over else None
        present = [order for order in orders if self._standing(task, order) != "missing"]
        state, badge, state_text = self._state(task)
        return TaskView(
            id=task.id,
            kind=task.kind.value,
            who=self._who(orders, at_door=at_door),
            phone=phone or "",
            phone_text=delivery.phones.national(phone) if phone else "",
            bundles=tuple(self._bundle(task, order) for order in orders),
            marks=self._marks(task, [parcel for order in present for parcel in order.parcels]),
            notes=tuple(dict.fromkeys(order.note for order in orders if order.note))
            if at_door and not self._is_over
            else (),
            leads_to=self._leads_to(task),
            needs_proof=needs_proof(self._ride, task),
            state=state,
            badge=badge,
            state_text=state_text,
            reasons=tuple((each.value, _reason(each, self._words)) for each in REASONS[task.kind]),
        )

    def _who(self, orders: Sequence[Order], *, at_door: bool) -> str:
        if not orders:
            return self._words.text("courier_called_off")
        name = orders[0].recipient_name
        return name if at_door and not self._is_over else initials(name)

    def _bundle(self, task: Task, order: Order) -> BundleView:
        is_shop = task.kind is TaskKind.PICKUP and self._stop.kind is StopKind.SHOP
        return BundleView(
            reference=order.reference,
            parcels=parcels(order.parcels, self._words),
            source="" if is_shop else self._goods.shops.get(order.shop_id, order.shop_code),
            codes=tuple(code[:SHORT_CODE] for code in self._goods.codes.get(order.id, ())),
            standing=self._standing(task, order),
        )

    def _standing(self, task: Task, order: Order) -> str:
        """Tell whether an order to give is on board."""
        pickup = self._pickups.get(order.id)
        if task.kind is TaskKind.PICKUP or pickup is None or task.state is TaskState.DONE:
            return "here"
        match pickup.state:
            case TaskState.DONE:
                return "here"
            case TaskState.TO_DO:
                return "ahead"
            case _:
                return "missing"

    def _marks(self, task: Task, found: Sequence[Parcel]) -> tuple[tuple[str, str], ...]:
        """Return what to mind: the badge and the words of each."""
        temperatures = {parcel.temperature for parcel in found}
        marks = {
            "age": needs_proof(self._ride, task) and any(each.age_check for each in found),
            "frozen": Temperature.FROZEN in temperatures,
            "chilled": Temperature.CHILLED in temperatures,
            "fragile": any(parcel.fragile for parcel in found),
        }
        return tuple(
            ("caution" if name == "age" else "accent", self._words.text(f"courier_mark_{name}"))
            for name, is_so in marks.items()
            if is_so
        )

    def _leads_to(self, task: Task) -> str:
        """Say at which stop what is taken will be given."""
        if task.kind is not TaskKind.PICKUP:
            return ""
        for other in self._ride.round.tasks:
            if other.kind is TaskKind.DROPOFF and other.delivery_id == task.delivery_id:
                number = self._numbers[other.stop_id]
                return self._words.text("courier_leads_to", number=number)
        return ""

    def _state(self, task: Task) -> tuple[str, str, str]:
        at = self._words.clock(task.settled_at) if task.settled_at else ""
        if task.state is TaskState.TO_DO and task.id not in self._ride.pending:
            return "skipped", "plain", self._words.text("courier_task_empty")
        badge = {"done": "good", "failed": "bad"}.get(task.state.value, "plain")
        said = self._words.text(f"courier_task_{task.state.value}", at=at)
        reason = self._ride.reason(task)
        if reason is not None:
            said = f"{said}, {_reason(reason, self._words).lower()}"
        return task.state.value, badge, said


def parcels(found: Sequence[Parcel], words: Wording) -> str:
    """Say how many parcels, and of what size where that helps to find them."""
    counted = words.counted("courier_parcels", len(found))
    sizes = [(size, sum(parcel.size is size for parcel in found)) for size in Size]
    said = [words.counted(f"courier_size_{size.value}", count) for size, count in sizes if count]
    return f"{counted} ({', '.join(said)})"


def initials(name: str) -> str:
    """Return a name's initials, by which a counter tells bags apart.

    >>> initials("Anne-Marie Le Goff")
    'A. L. G.'
    """
    return " ".join(f"{part[0].upper()}." for part in name.split())
