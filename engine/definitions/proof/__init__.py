"""Proofs about a diagram: every situation a case can get into is visited, and what must hold is asked in each of them."""

from engine.definitions.proof.moves import State
from engine.definitions.proof.space import Space, Step, explore

__all__ = ["Space", "State", "Step", "explore"]
