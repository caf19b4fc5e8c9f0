"""Any batching of any history gives the same views as its events folded one by one [design §7]."""

from __future__ import annotations

import itertools

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.projections.folding import Log, differences
from tests.projections.histories import history

SETTINGS = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(
        Phase.explicit,
        Phase.generate,
    ),  # shrinking would fold for minutes; a seed is short enough to read
)


def ends(after: int, upto: int, sizes: list[int]) -> list[int]:
    """Where batches of these sizes, over and over, end."""
    found, end = [], after
    for size in itertools.cycle(sizes):
        end = min(end + size, upto)
        found.append(end)
        if end == upto:
            return found
    raise AssertionError


@SETTINGS
@given(
    seed=st.integers(0, 10_000),
    events=st.integers(60, 160),
    batchings=st.lists(st.lists(st.integers(1, 40), min_size=1, max_size=6), min_size=2, max_size=4),
)
def test_any_batching_gives_the_same_views(
    shared_log: Log, seed: int, events: int, batchings: list[list[int]]
) -> None:
    after, upto = shared_log.append(history(seed, events, whole=True))
    one_by_one = shared_log.fold("__one", after, range(after + 1, upto + 1))
    for sizes in [[upto], *batchings]:
        batched = shared_log.fold("__batched", after, ends(after, upto, sizes))
        assert differences(one_by_one, batched) == {}, sizes
