"""Templates that legal staff upload: what is refused and why, how a version comes into force, and that a bad one changes nothing."""

import datetime as dt
import io
import zipfile

import docx
import pytest

from engine import clock
from engine.documents import box, catalogue, template_desk, templates
from engine.documents.catalogue import everything
from engine.documents.rendering import Job, render
from engine.documents.templates import WORD
from engine.errors import InvalidState, InvalidValues, NotAllowed, UnsafeInput
from tests.document_town import Desk
from tests.town import BOSS, LAWYER, OFFICER, Town

NOTICE = catalogue.of("DOC-20")
GOOD = ("{{ authority.name }}", "{{ document.number }}", "{{ party.name }}：{{ notice.facts }}", "违反{{ notice.violated_text }}",
        "依据{{ notice.basis_text }}，拟{{ notice.kinds_text }}{% if notice.fine_text %}，罚款{{ notice.fine_capital }}{% endif %}",
        "{%p for one in evidence %}", "{{ loop.index }}. {{ one.name }}", "{%p endfor %}", "{{ form.statement_days }}日内可以陈述申辩。")


def word(*paragraphs: str, header: str = "", title: str = "") -> bytes:
    """A Word file with these paragraphs."""
    made = docx.Document()
    for text in paragraphs:
        made.add_paragraph(text)
    if header:
        made.sections[0].header.paragraphs[0].text = header
    made.core_properties.title = title
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def changed(body: bytes, **parts: bytes) -> bytes:
    """The same archive with parts added or replaced; "__" in a name stands for a slash, "_dot_" for a dot."""
    named = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, named.pop(name, None) or old.read(name))
        for name, content in named.items():
            new.writestr(name, content)
    return out.getvalue()


def part(body: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return archive.read(name)


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town)


def uploaded(desk: Desk, body: bytes, by: str = LAWYER) -> template_desk.Version:
    who = desk.town.person(by)
    return desk.town.run(lambda c: template_desk.upload(c, "DOC-20", "告知书.docx", body, by=who))


def approved(desk: Desk, found: template_desk.Version, by: str = BOSS, day: str = "2026-03-02") -> template_desk.Version:
    who = desk.town.person(by)
    return desk.town.run(lambda c: template_desk.approve(c, found.id, dt.date.fromisoformat(day), by=who))


@pytest.mark.parametrize("doc_id", [one.id for one in everything().values() if one.owner == WORD])
def test_every_shipped_word_template_passes_the_check(doc_id: str) -> None:
    document = catalogue.of(doc_id)
    report = template_desk.check(document, document.path.read_bytes())
    assert report.problems == ()
    assert report.variables


def test_an_approved_version_counts_from_its_day_on(desk: Desk) -> None:
    draft = uploaded(desk, word(*GOOD, "新版本"))
    assert (draft.state, draft.version, desk.issues().template_version) == ("draft", 1, 0)

    approved(desk, draft, day="2026-03-03")
    assert desk.issues().template_version == 0
    desk.town.waits(days=1)

    made = desk.issues()
    assert made.template_version == 1
    with desk.town.database.reading() as c:
        assert templates.in_force(c, NOTICE).version == 1


def test_a_version_taken_back_lets_the_one_before_count_again(desk: Desk) -> None:
    first = approved(desk, uploaded(desk, word(*GOOD, "甲")))
    second = approved(desk, uploaded(desk, word(*GOOD, "乙")))
    assert desk.issues().template_version == 2
    who = desk.town.person(LAWYER)
    desk.town.run(lambda c: template_desk.withdraw(c, second.id, by=who))
    assert desk.issues().template_version == first.version == 1


def test_whoever_uploaded_it_cannot_approve_it(desk: Desk) -> None:
    draft = uploaded(desk, word(*GOOD))
    with pytest.raises(NotAllowed, match="另一个人批准"):
        approved(desk, draft, by=LAWYER)
    assert desk.reads(template_desk.get, draft.id).state == "draft"


def test_officers_do_not_change_templates(desk: Desk) -> None:
    with pytest.raises(NotAllowed, match="法制人员"):
        uploaded(desk, word(*GOOD), by=OFFICER)


def test_nothing_counts_from_yesterday_on(desk: Desk) -> None:
    draft = uploaded(desk, word(*GOOD))
    with pytest.raises(InvalidValues, match="更正"):
        approved(desk, draft, day="2026-03-01")


@pytest.mark.parametrize(("text", "why"), [
    ("{{ party.nmae }}", "没有“party.nmae”这个字段，是不是“party.name”"),
    ("{{ ''.__class__.__mro__ }}", "不允许的名称“__mro__”"),
    ("{{ party.__init__ }}", "不允许的名称“__init__”"),
    ("{{ lipsum() }}", "不允许的语句（Call）"),
    ("{{ party.name.upper() }}", "不允许的语句（Call）"),
    ("{% import 'x' as y %}", "不允许的语句（Import）"),
    ("{% include '/etc/passwd' %}", "不允许的语句（Include）"),
    ("{% macro x() %}{% endmacro %}", "不允许的语句（Macro）"),
    ("{% set x = 1 %}", "不允许的语句（Assign）"),
    ("{{ party|attr('name') }}", "不允许的函数“attr”"),
    ("{{ party.name|map('x') }}", "不允许的函数“map”"),
    ("{{ 9 ** 9 ** 9 }}", "不允许的语句（Pow）"),
    ("{{ 'a' * 9999999999 }}", "不允许的语句（Mul）"),
    ("{% for x in party %}", "标记写错了"),
    ("{{ party.name", "标记写错了")])
def test_a_template_that_may_not_be_used_is_refused_for_its_reason(text: str, why: str) -> None:
    for where in (word(*GOOD, text), word(*GOOD, header=text), word(*GOOD, title=text)):
        problems = "；".join(template_desk.check(NOTICE, where).problems)
        assert why in problems


def test_a_bad_template_changes_nothing(desk: Desk) -> None:
    before = desk.issues()
    with pytest.raises(InvalidValues, match="原来的模板不变"):
        uploaded(desk, word(*GOOD, "{{ party.nmae }}"))
    assert desk.reads(template_desk.listing) == {}
    assert desk.issues().template_sha256 == before.template_sha256


def test_words_that_a_decision_must_not_hold_are_refused() -> None:
    decision = catalogue.of("DOC-27")
    problems = template_desk.check(decision, word("{{ decision.facts }}", "青石镇综合行政执法队（印章）")).problems
    assert problems == ("模板正文中不能出现“综合行政执法队（印章）”",)


def test_required_fields_that_are_never_shown_are_told() -> None:
    report = template_desk.check(NOTICE, word("{{ party.name }}", "{{ notice.facts }}"))
    assert "notice.basis_text" in report.unused
    assert "party.name" not in report.unused


CONTENT_TYPES = "[Content_Types].xml"
RELATIONS = b"""<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s" %s/></Relationships>"""
BODY = (b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
        b'<w:instrText>%s</w:instrText></w:r></w:p></w:body></w:document>')


@pytest.mark.parametrize(("hostile", "why"), [
    (lambda: b"MZ\x90", "不是 Word 文档"),
    (lambda: b"PK\x03\x04" + b"\0" * 30, "不是 Word 文档"),
    (lambda: changed(word(), word__vbaProject_dot_bin=b"x"), "宏"),
    (lambda: changed(word(), word__embeddings__oleObject1_dot_docx=b"x"), "嵌入"),
    (lambda: changed(word(), word__media__payload_dot_exe=b"x"), "嵌入"),
    (lambda: changed(word(), word__media__big_dot_txt=b"0" * (30 << 20)), "压缩炸弹"),
    (lambda: changed(word(), **{"..__x_dot_xml": b"<a/>"}), "路径"),
    (lambda: changed(word(), word__x_dot_xml=b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"), "DOCTYPE"),
    (lambda: changed(word(), word___rels__header9_dot_xml_dot_rels=RELATIONS % (
        b"image", b"http://x.example/p.png", b'TargetMode="External"')), "外部文件或者网址"),
    (lambda: changed(word(), word___rels__settings_dot_xml_dot_rels=RELATIONS % (b"attachedTemplate", b"file.dotm", b"")), "外部模板"),
    (lambda: changed(word(), word__document_dot_xml=BODY % b" DDEAUTO c:\\\\windows\\\\cmd.exe "), "DDEAUTO"),
    (lambda: changed(word(), word__document_dot_xml=BODY % b"INCLUDETEXT secret.docx"), "INCLUDETEXT"),
    (lambda: changed(word(), **{CONTENT_TYPES: part(word(), CONTENT_TYPES).replace(
        b"wordprocessingml.document.main", b"wordprocessingml.template.main")}), "普通的 .docx"),
    (lambda: b"0" * (3 << 20), "超过 2 MB")])
def test_files_that_hide_something_are_refused_for_their_reason(hostile: object, why: str) -> None:
    with pytest.raises(UnsafeInput, match=why):
        template_desk.check(NOTICE, hostile())  # type: ignore[operator]


def test_a_link_to_a_web_page_is_no_danger() -> None:
    link = RELATIONS % (b"hyperlink", b"https://x.example", b'TargetMode="External"')
    body = changed(word(*GOOD), word___rels__footnotes_dot_xml_dot_rels=link)
    assert template_desk.check(NOTICE, body).problems == ()


def test_a_template_that_takes_for_ever_is_stopped() -> None:
    body = word("{% for a in evidence %}" * 12 + "x" + "{% endfor %}" * 12)
    asked = {"data": {"evidence": list(range(30))}, "date": "2026-03-02T00:00:00", "mark": ""}
    with pytest.raises(box.BoxRefused) as refused:
        box.run("render", asked, body, box.Limits(cpu=1, wall=20))
    assert refused.value.kind in ("killed", "MemoryError")


def test_names_with_signs_of_markup_stay_words(desk: Desk) -> None:
    approved(desk, uploaded(desk, word(*GOOD)))
    made = desk.issues(values={"violated_text": "<w:p>&《条例》", "basis_text": "b", "statement_days": "5"})
    assert made.template_version == 1 and made.sha256


def test_a_name_that_is_missing_stops_the_printing_with_its_name() -> None:
    one = templates.Template("DOC-20", 0, WORD, "", word("{{ notice.facts }}"))
    with pytest.raises(InvalidState, match="'dict object' has no attribute 'facts'"):
        render(one, Job({"notice": {}}, clock.now()))
