"""The box in which templates are opened: what tries to get out is stopped, for its own reason, and the next piece of work is done."""

import pytest

from engine.documents import box, catalogue, template_desk
from engine.documents.box import BoxRefused, Limits
from engine.errors import Unavailable, UnsafeInput

NOTICE = catalogue.of("DOC-20")


@pytest.mark.parametrize(("way", "kind", "why"), [
    ("read", "PermissionError", "/etc/passwd"), ("connect", "PermissionError", "Permission denied"), ("fork", "killed", "SIGSYS"),
    ("swell", "MemoryError", "memory"), ("spin", "killed", "SIGKILL")])
def test_what_breaks_out_is_stopped_for_its_reason(way: str, kind: str, why: str) -> None:
    with pytest.raises(BoxRefused) as refused:
        box.run("probe", {"way": way}, b"", Limits(cpu=1, wall=20))
    assert refused.value.kind == kind and why in refused.value.why


def test_what_takes_too_long_is_ended() -> None:
    with pytest.raises(BoxRefused) as refused:
        box.run("probe", {"way": "spin"}, b"", Limits(cpu=60, wall=0.2))
    assert refused.value.kind == "too slow"


def test_an_answer_that_is_too_long_is_cut_off() -> None:
    with pytest.raises(BoxRefused) as refused:
        box.run("inspect", {}, NOTICE.path.read_bytes(), Limits(most=100))
    assert refused.value.kind == "too long"


def test_after_a_break_out_the_next_work_is_done() -> None:
    with pytest.raises(BoxRefused):
        box.run("probe", {"way": "fork"}, b"")
    found, _ = box.run("inspect", {}, NOTICE.path.read_bytes())
    assert "party.lines" in found["variables"]


def test_every_protection_of_this_machine_was_tried() -> None:
    assert box.open_doors() == ()


@pytest.mark.parametrize("door", ["landlock", "seccomp"])
def test_where_a_protection_is_missing_nothing_uploaded_is_opened(door: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(box, "layers", lambda: {"limits": True, "landlock": True, "seccomp": True, door: False})
    with pytest.raises(Unavailable, match=door):
        template_desk.check(NOTICE, NOTICE.path.read_bytes())
    assert box.WORDS[door] in box.open_doors()


def test_a_file_that_is_no_document_ends_in_a_refusal() -> None:
    with pytest.raises(UnsafeInput):
        box.run("inspect", {}, b"no document at all")
