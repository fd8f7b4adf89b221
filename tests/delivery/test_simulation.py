"""A simulated day of five nodes that crash, lose mail and are cut off: no invariant breaks, and all mail arrives."""

import importlib.util
import sys
from pathlib import Path

import pytest

from comity.delivery import Standing

HERE = Path(__file__).resolve().parents[1]


def load(name: str):
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


simulator = load("simulator")
NAMES = ("xa.ncb", "xb.spoc", "xc.ncb", "xd.ncb", "xo.sec")
DAY_S = 86_400


def simulated_day(seed: int, writings: int = 80):
    world = simulator.World(seed, NAMES)
    start = world.now
    nodes = list(world.nodes.values())
    for _ in range(writings):
        sender, recipient = world.random.sample(nodes, 2)
        lane = world.random.choices((0, 1), (1, 4))[0]

        def write(sender=sender, recipient=recipient, lane=lane):
            for _ in range(world.random.choice((1, 1, 3, 6)) if sender.up else 0):
                # Some are written to be refused: of an unknown suite, or too short-lived to arrive in time.
                suite = 99 if world.random.random() < 0.05 else simulator.SUITE
                sender.send(recipient.id, lane, suite=suite, exp_s=world.random.choices((1, DAY_S), (1, 12))[0])
            world.later(0, lambda: sender.deliver(recipient.id, lane))

        world.later(world.random.uniform(0, DAY_S / 2), write)
    for _ in range(4):
        pair = frozenset(node.id for node in world.random.sample(nodes, 2))
        begin = world.random.uniform(0, DAY_S / 2)
        world.later(begin, lambda pair=pair: world.cut.add(pair))
        world.later(begin + world.random.uniform(60, DAY_S / 4), lambda pair=pair: world.cut.discard(pair))
    world.run(start + DAY_S * 0.9)
    world.crash_rate = world.loss = 0.0
    world.run(start + DAY_S)
    return world


@pytest.mark.parametrize("seed", range(50))
def test_a_day_of_crashes_and_losses_breaks_no_invariant(seed):
    world = simulated_day(seed)
    world.check()
    assert world.unsettled() == 0


def test_the_simulated_day_is_as_bad_as_it_claims():
    world = simulated_day(0)
    outcomes = {
        outcome for node in world.nodes.values() for lane in node.lanes.values() for outcome in lane.settled.values()
    }
    assert world.crashes > 0
    assert world.met[Standing.AHEAD] > 0
    assert world.met[Standing.REPEATED] > 0
    assert {"stored", "note.suite", "note.expired"} <= outcomes


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(50, 1000))
def test_a_thousand_days_break_no_invariant(seed):
    world = simulated_day(seed)
    world.check()
    assert world.unsettled() == 0
