"""Ruin and recreate over the kernel.

Slack induction by string removals (Christiaens and Vanden Berghe 2020): strings of neighbouring
visits leave their rounds, with the rest of their shipments; then everything that is in no round is
put back greedily in a random, far, near, tight or long-haul order, now and then blind to a round;
simulated annealing accepts. Shipments that fit nowhere wait in a bank.

While reducing, a complete plan gives up the round whose deliveries were absent least often;
whatever lowers the sum of absences in the bank is accepted; and after every turn one delivery of
the bank ejects others (`eject`).
"""

import numpy as np

from routing import placing, reasons
from routing.compiling import compiled
from routing.eject import eject
from routing.insertion import cheapest
from routing.matrix import TravelMatrix
from routing.pool import Pool, keep_rounds, open_pool
from routing.problem import Problem
from routing.recreate import complete, recreate
from routing.ruin import close_one, ruin
from routing.serve import is_bold
from routing.shipment import Shipment, Task
from routing.sight import BOUNDLESS, NEVER, SEES_ALL
from routing.state import (
    BANK,
    BEST,
    BEST_BANK,
    NEAR,
    NOW,
    TURN,
    USED,
    Search,
    absences,
    banked,
    begin,
    chance,
)
from routing.tables import Tables, tables_of
from routing.turn import keep_best, mend, restore, start_turn
from routing.vehicle import Vehicle

#: A vehicle may yet be saved where no more deliveries than these are left over.
FEW = 3
#: Rounds are kept for recombination from plans no dearer than the best by so many temperatures.
KEPT = 20.0


@compiled
def run(
    tables: Tables,
    search: Search,
    pool: Pool,
    turns: int,
    temperature: float,
    reducing: bool,
    allowed: int,
) -> int:
    """Take so many turns; return how many were taken before a reduction had nothing left.

    `allowed` is the penalty a plan may carry and still count as complete while reducing.
    """
    numbers = search.numbers
    for turn in range(turns):
        before = numbers[NOW]
        absent_before = absences(search)
        start_turn(search)
        ruin(tables, search)
        most = before + int(np.ceil(-temperature * np.log(chance(search.random))))
        recreate(tables, search, BOUNDLESS if reducing or is_bold(search) else most)
        absent = absences(search)
        for b in range(numbers[BANK]):
            search.absent[search.bank[b]] += 1
        if numbers[NOW] >= most and not (reducing and absent < absent_before):
            restore(tables, search, before)
        elif not reducing and numbers[NOW] - numbers[BEST] < KEPT * temperature:
            keep_rounds(tables, search, pool)
        if numbers[NOW] < numbers[BEST]:
            keep_best(search)
        if reducing and numbers[BANK] > 0:
            eject(tables, search)
            if numbers[NOW] < numbers[BEST]:
                keep_best(search)
            if numbers[BANK] <= numbers[BEST_BANK] + FEW:
                numbers[NEAR] = numbers[TURN]
        is_whole = reducing and banked(tables, search) <= allowed
        if is_whole and (numbers[USED] <= 1 or not close_one(tables, search)):
            return turn + 1
    return turns


def warm() -> None:
    """Compile every kernel on a tiny problem, or load what was compiled before."""
    far = np.array([[0, 60], [60, 0]], np.int32)
    task = Task(place=1, earliest_s=0, latest_s=600)
    problem = Problem(
        matrices=(TravelMatrix(duration_s=far, distance_m=far),),
        setup_s=np.zeros((1, 2), np.int32),
        shipments=(Shipment(pickups=(task,), amounts=((1,),), dropoff=task, penalty=1),),
        vehicles=(
            Vehicle(
                profile=0,
                start_place=0,
                end_place=0,
                earliest_s=0,
                latest_s=900,
                capacity=(1,),
            ),
        ),
    )
    tables = tables_of(problem)
    search = begin(tables, 0)
    cheapest(tables, search.rounds, 0, 0, NEVER, SEES_ALL)
    run(tables, search, open_pool(tables, size=8), 1, 1.0, True, 0)
    complete(tables, search)
    mend(tables, search)
    placing.warm(problem)
    reasons.unserved(problem, tables, ())


if __name__ == "__main__":
    # Numba files what it compiles under the module's own name, which is not `__main__`.
    from routing.search import warm as warm_as_imported

    warm_as_imported()
