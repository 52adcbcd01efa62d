"""A problem that does not fit is refused, naming what is wrong."""

from dataclasses import replace

import numpy as np
import pytest

from routing.matrix import TravelMatrix
from routing.problem import Shipment, Task
from tests.routing.towns import a_problem, a_shipment, a_street, a_task, a_vehicle


def test_a_window_cannot_close_before_it_opens() -> None:
    with pytest.raises(ValueError, match=r"window closes \(5\) before it opens \(9\)"):
        Task(place=0, earliest_s=9, latest_s=5)


def test_a_shipment_needs_a_pickup() -> None:
    with pytest.raises(ValueError, match="at least one pickup"):
        Shipment(pickups=(), amounts=(), dropoff=a_task(1), penalty=1)


def test_a_shipment_carries_no_less_than_nothing() -> None:
    with pytest.raises(ValueError, match="negative value"):
        a_shipment(0, 1, amounts=((-1,),))


def test_a_place_off_the_map_is_named() -> None:
    with pytest.raises(ValueError, match="shipment 1, task 1: place 9 is not one of 5"):
        a_problem([a_shipment(0, 1), a_shipment(1, 9)])


def test_a_base_off_the_map_is_named() -> None:
    with pytest.raises(ValueError, match="vehicle 0, end: place 5"):
        a_problem([], [a_vehicle(end_place=5)])


def test_amounts_and_capacities_have_one_length() -> None:
    with pytest.raises(ValueError, match=r"differ in length: \[1, 2\]"):
        a_problem([a_shipment(0, 1)], [a_vehicle(capacity=(1, 2))])


def test_a_vehicle_needs_a_matrix_for_its_profile() -> None:
    with pytest.raises(ValueError, match="vehicle 0: no matrix for profile 1"):
        a_problem([], [a_vehicle(profile=1)])


def test_set_up_must_cover_every_place() -> None:
    problem = a_problem([])
    with pytest.raises(ValueError, match="setup_s must be int32 of shape"):
        replace(problem, setup_s=np.zeros((1, 4), np.int32))


def test_travel_takes_no_less_than_no_time() -> None:
    matrix = a_street()
    backwards = matrix.duration_s.copy()
    backwards[1, 2] = -1
    with pytest.raises(ValueError, match=r"duration_s\[1, 2\] is negative"):
        TravelMatrix(duration_s=backwards, distance_m=matrix.distance_m)
