"""A batch that is killed at random moments loses nothing."""

from __future__ import annotations

from kills import kill_often


def test_kills_leave_no_damage_and_the_same_tree() -> None:
    counts = kill_often(kills=6, files=100, seed=5)
    assert counts["kills"] == 6
    # Those in work, and those being written behind them.
    assert counts["most_in_a_kill"] <= 64
