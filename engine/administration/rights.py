"""One question that every administrative command asks first."""

from engine.errors import NotAllowed
from engine.people import CAPABILITIES, Participant


def must(by: Participant, capability: str) -> None:
    """Raises NotAllowed unless the person has the capability."""
    if not by.may(capability):
        raise NotAllowed(f"这项操作需要“{CAPABILITIES[capability]}”的岗位权限。如确有需要，请联系本单位管理员。")
