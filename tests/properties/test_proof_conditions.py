"""What the proof thinks of a condition is what FEEL says, for every value of every sort."""

import random
from itertools import product
from typing import Any

from engine.definitions.proof.conditions import FALSE, NEITHER, TRUE, condition, truths
from engine.definitions.proof.values import kinds_of, uncovered
from engine.errors import ExpressionFailed
from engine.feel.expressions import outcomes_of

ROUNDS = 400
CONSTANTS = ('"a"', '"b"', "1", "2.5", "true", "false", "null")
VALUES: dict[str, Any] = {'"a"': "a", '"b"': "b", '"c"': "c", "1": 1, "2.5": 2.5, "0": 0, "true": True, "false": False, "null": None}


class Words:
    """Conditions over two variables."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def text(self, depth: int) -> str:
        kind = self.random.random()
        if depth == 0 or kind < 0.35:
            return self.test()
        if kind < 0.5:
            return f"not({self.text(depth - 1)})"
        if kind < 0.6:
            return f"({self.text(depth - 1)})"
        parts = [self.text(0) if self.random.random() < 0.5 else f"({self.text(depth - 1)})" for _ in range(self.random.choice((2, 3)))]
        return f" {self.random.choice(('and', 'or'))} ".join(parts)

    def test(self) -> str:
        name, constant = self.random.choice("xy"), self.random.choice(CONSTANTS)
        if self.random.random() < 0.15:
            return name
        ordered = constant in ("1", "2.5")
        operator = self.random.choice(("=", "!=", "<", "<=", ">", ">=") if ordered else ("=", "!="))
        return f"{name} {operator} {constant}" if self.random.random() < 0.8 else f"{constant} {operator} {name}"


def test_a_condition_is_read_as_feel_means_it() -> None:
    for seed in range(ROUNDS):
        text = Words(seed).text(2)
        pairs = list(product(VALUES, repeat=2))
        real = outcomes_of([(text, {"x": VALUES[x], "y": VALUES[y]}) for x, y in pairs])
        for (x, y), value in zip(pairs, real, strict=True):
            if isinstance(value, ExpressionFailed):
                continue  # FEEL refuses to compare these sorts at all, and the case stops
            expected = {True: TRUE, False: FALSE}.get(value, NEITHER) if isinstance(value, bool) else NEITHER
            said = truths(condition(text), {"x": x, "y": y})
            assert expected in said and (len(said) == 1 or "<" in text or ">" in text), f"{text} with x = {x}, y = {y}"


def test_what_is_not_read_may_be_true_or_false() -> None:
    for text in ("count(list) > 2", "x in (1, 2)", "if x then y else z", "x + 1 > 2", "some v in x satisfies v = 1", "x between 1 and 2"):
        assert truths(condition(text), {"x": "1"}) == {TRUE, FALSE}, text


def test_between_two_numbers_there_is_another() -> None:
    assert kinds_of("n", [condition("n > 5"), condition("n = 7")]) >= {"5", "7", "6.0", "4.0", "8.0", "null"}


def test_values_that_no_condition_covers() -> None:
    assert uncovered(["n > 5", "n < 5"]) == {"n": frozenset({"5"})}
    assert uncovered(['kind = "a"', 'kind != "a"']) is None
