"""What SpiffWorkflow does on every change of state and we do not need: log records with all ids, copies of all data.

Done once per process, when this room is imported. Everything else of the library is used as it is, by subclassing.
"""

from typing import Any

from SpiffWorkflow.task import Task


def _set_state(self: Any, value: int) -> None:
    self._state = value


def _inherit_data(self: Any) -> None:
    """Variables live in scopes, not in tasks."""


def install() -> None:
    Task._set_state = _set_state
    Task._inherit_data = _inherit_data
