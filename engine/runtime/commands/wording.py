"""Reasons as people give them: kept for ever, so they are short and, where a step asks for one, never empty."""

from engine.errors import InvalidValues

LONGEST = 500


def stated(reason: str, asked: str = "") -> str:
    """The reason without blanks around it. `asked`: what to say when it is missing; empty where it may be.

    Raises InvalidValues.
    """
    said = reason.strip()
    if asked and not said:
        raise InvalidValues({"reason": asked})
    if len(said) > LONGEST:
        raise InvalidValues({"reason": f"理由最多 {LONGEST} 字，请写得简短一些。"})
    return said
