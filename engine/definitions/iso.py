"""Constant timer texts: durations, moments and repetitions of ISO 8601, as FEEL literals or bare."""

import re

DURATION = re.compile(
    r"P(?=\d|T\d)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?")
LENGTHS = {"years": 366 * 86400, "months": 31 * 86400, "weeks": 7 * 86400, "days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}
_ZONE = r"(?:Z|[+-]\d{2}:\d{2}|@Asia/Shanghai)"
MOMENT = re.compile(rf"\d{{4}}-\d{{2}}-\d{{2}}T\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?{_ZONE}")
REPETITION = re.compile(r"R(?P<count>-?\d*)/(?:(?P<start>[^/P][^/]*)/)?(?P<step>P[^/]+)")
_CALL = re.compile(r'(?:duration|date and time)\(\s*"(?P<value>[^"]*)"\s*\)')
_TEXT = re.compile(r'"(?P<value>[^"]*)"')
_BARE = re.compile(r"(?:R|P(?=[\dT]))[\d/PYMWDTHSR.:+Z-]*|\d{4}-\d\d-\d\dT\S*")
FOREIGN = re.compile(r"timedelta|datetime\.|^\s*[\d*]\S*(?:\s+\S+){4,6}\s*$")


def constant(expression: str) -> str | None:
    """The text a constant timer expression stands for; None when it has to be calculated."""
    text = expression.strip().removeprefix("=").strip()
    for pattern in (_CALL, _TEXT):
        found = pattern.fullmatch(text)
        if found is not None:
            return found["value"]
    return text if _BARE.fullmatch(text) else None


def is_bare(expression: str) -> bool:
    """Written without quotes, as foreign editors do: `PT1H`. It is not FEEL, the engine reads it all the same."""
    return _BARE.fullmatch(expression.strip()) is not None


def is_duration(text: str) -> bool:
    """P3D, PT2H30M …"""
    return DURATION.fullmatch(text) is not None


def is_moment(text: str) -> bool:
    """A date and time with its zone."""
    return MOMENT.fullmatch(text) is not None


def is_repetition(text: str) -> bool:
    """R3/PT1H, R/P1D; a start in the middle needs its zone."""
    found = REPETITION.fullmatch(text)
    return found is not None and is_duration(found["step"]) and (not found["start"] or is_moment(found["start"])) and found["count"] != "0"


def seconds(text: str) -> float:
    """The length of a duration, each month and year taken as its longest: only for telling short from long. A week for what is none."""
    found = DURATION.fullmatch(text)
    return 7 * 86400.0 if found is None else sum(float(found[name] or 0) * length for name, length in LENGTHS.items())
