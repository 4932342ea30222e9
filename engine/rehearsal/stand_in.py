"""What a trial does by itself, because people do it on pages beside the diagram or because it makes files: evidence, papers, the dossier.

The sandbox has a case file of its own, and acts and checks work on it as they always do. Only what cannot be there is stood in for: bytes
of papers, records signed on the spot, originals of evidence. Each time a note says what would have been done.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.cases import case_file, evidence, step_checks
from engine.documents import catalogue, dossier_register, issuing
from engine.documents import step_acts as paper_acts
from engine.documents import step_checks as paper_checks
from engine.errors import EngineError, InvalidState
from engine.people import directory
from engine.rehearsal.stage import Stage
from engine.runtime import service_registry
from engine.runtime.service_registry import Function

MOST_NOTES = 500
EVIDENCE = {"kind": "record", "title": "示例现场检查笔录", "origin": "试运行代填", "place": "现场"}

Payload = Mapping[str, Any]


class EvidenceLacking(InvalidState):
    """A step asks for evidence and the file has none; `take_evidence` puts a piece in."""


@contextmanager
def on(stage: Stage) -> Iterator[None]:
    """While a stage plays, what it cannot have is stood in for, and noted on it."""
    stage.functions = {**stage.functions, issuing.TOPIC: Function(issuing.TOPIC, lambda payload: {}, in_turn=False)}
    acts: Mapping[str, Callable[[Stage, Connection, Payload], Any]] = {
        "documents.issue": _issue, "documents.check_dossier": _look_through, "documents.archive_dossier": _archive,
        "documents.ready": _ready, "cases.has_evidence": _has_evidence}
    with service_registry.standing_in({name: _bound(stage, act) for name, act in acts.items()}):
        yield


def take_evidence(stage: Stage, case_id: int) -> None:
    """Put a sample piece into the file of a case, taken by its two officers."""
    def take(c: Connection) -> None:
        file = case_file.of(c, case_file.above(c, case_id))
        names = list(directory.names(c, file.officers).values())
        said = {**EVIDENCE, "collected_at": clock.now(), "collectors": names}
        evidence.add(c, file.instance_id, said, (), directory.participant(c, file.officers[0]))
    stage.database.run(take)
    note(stage, case_id, "登记一份示例证据。正式办理时，先在案件的“证据”页登记真实的证据。")


def note(stage: Stage, case_id: int, text: str) -> None:
    """Write down what the trial did by itself."""
    if len(stage.notes) < MOST_NOTES:
        stage.notes.append((stage.time(), case_id, f"试运行代办：{text}"))


def _bound(stage: Stage, act: Callable[[Stage, Connection, Payload], Any]) -> Callable[[Connection, Payload], Any]:
    return lambda c, payload: act(stage, c, payload)


def _has_evidence(stage: Stage, c: Connection, payload: Payload) -> None:
    try:
        step_checks.has_evidence(c, payload)
    except InvalidState as refusal:
        raise EvidenceLacking(refusal.message) from refusal


def _ready(stage: Stage, c: Connection, payload: Payload) -> None:
    """Records are not signed in a trial; who would have to is noted."""
    try:
        paper_checks.ready(c, payload)
    except InvalidState as refusal:
        note(stage, int(payload["case"]), f"当作现场文书已经完成。正式办理时：{refusal.message}")


def _issue(stage: Stage, c: Connection, payload: Payload) -> dict[str, Any]:
    """Papers get their words and numbers in the sandbox's file; one for which something is missing is left out and told."""
    case, answer = int(payload["case"]), dict[str, Any]()
    for wanted in payload["documents"]:
        name = catalogue.of(str(wanted["template"])).name
        try:
            made = paper_acts.issue(c, {**payload, "documents": [wanted]})
        except EngineError as refusal:
            note(stage, case, f"没有出《{name}》。正式办理时会被拒绝，要先补齐：{refusal.message}")
            continue
        for one in made.values():
            note(stage, case, f"出具《{one['name']}》{one['number'] or ''}，只记一笔，不制作文件。")
        answer |= made
    return answer


def _look_through(stage: Stage, c: Connection, payload: Payload) -> dict[str, Any]:
    note(stage, int(payload["case"]), "当作案卷已经生成、检查过。正式办理时，先在“案卷”页生成案卷，由整理人以外的人检查。")
    return {"checked_by": str(payload["person"])}


def _archive(stage: Stage, c: Connection, payload: Payload) -> dict[str, Any]:
    """The case counts as archived, without volumes and without a package."""
    case = case_file.above(c, int(payload["case"]))
    entry = dossier_register.find(c, case)
    note(stage, int(payload["case"]), "当作案卷已经移交归档，不生成归档包。")
    return {"archive_number": entry.number if entry else "", "archived_on": clock.today().isoformat()}
