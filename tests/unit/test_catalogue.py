"""The catalogue of documents: complete, consistent, and the shipped templates ask for nothing that it does not name."""

import json
import re
import zipfile

import pytest

from engine.documents import catalogue, fields
from engine.documents.catalogue import FOLDER, Document
from engine.errors import NotFound

ALL = tuple(catalogue.everything().values())
WORD = tuple(one for one in ALL if one.owner == "word")
TYPST = tuple(one for one in ALL if one.owner == "typst" and one.made != "dossier")
GRID = tuple(one for one in ALL if one.id.startswith("DOC-G"))
BLOCK = re.compile(r"\{[{%](.*?)[%}]\}", re.S)
ROOMS = ("authority|case|party|officers|notice|decision|report|remedy|payment|document|form|issued|service|dues|head|reviewer|evidence|"
         "archive|finding")
DOTTED = re.compile(rf"(?<![\w.'\"])((?:{ROOMS})(?:\.\w+)+)")
ALWAYS = ("authority.", "party.", "document.", "remedy.", "case.", "head.name")
"""What stands in every document's data whether it asks or not."""
AUDIENCES = {"party", "reporter", "authority", "court", "police", "public", "internal"}


def name(one: Document) -> str:
    return one.id


def words(one: Document) -> str:
    """The text of a Word template."""
    with zipfile.ZipFile(one.path) as packed:
        xml = packed.read("word/document.xml").decode()
    plain = re.sub(r"<[^>]+>", "", re.sub(r"</w:p>", "\n", xml))
    return plain.replace("&#39;", "'").replace("&apos;", "'").replace("&quot;", '"').replace("&gt;", ">").replace("&lt;", "<")


def used(one: Document) -> set[str]:
    """Dotted names that a template asks for."""
    if one.owner == "word":
        text = " ".join(re.sub(r"'[^']*'", "", block) for block in BLOCK.findall(words(one)))
    else:
        quoted = re.findall(r'"([a-z_]+(?:\.[\w]+)+(?:~[\w.]+)?)"', one.path.read_text("utf-8"))
        text = " ".join(part for found in quoted for part in found.split("~"))
    return set(DOTTED.findall(text))


def test_all_documents_are_there() -> None:
    known = set(catalogue.everything())
    assert {f"DOC-{n:02d}" for n in range(1, 51)} | {f"DOC-G{n}" for n in range(1, 8)} <= known
    with pytest.raises(NotFound, match="DOC-99"):
        catalogue.of("DOC-99")


@pytest.mark.parametrize("one", ALL, ids=name)
def test_a_row_makes_sense(one: Document) -> None:
    assert one.owner in ("word", "typst") and one.made in ("act", "page", "dossier") and one.volume in ("main", "secondary", "none")
    assert one.audience in AUDIENCES and one.name and one.law and one.order > 0
    assert not set(one.required) & set(one.optional), "a name is required or optional"
    assert one.template == f"{one.id}.{'docx' if one.owner == 'word' else 'typ'}"
    assert one.path.exists() or one.made == "dossier"
    if one.audience in ("party", "court", "police", "public", "reporter") and one.owner == "word":
        assert one.seal, "what leaves the office in the authority's name bears its seal"
    if one.made == "page":
        assert one.signers, "a record is signed"


@pytest.mark.parametrize("one", [*WORD, *TYPST], ids=name)
def test_a_template_asks_for_nothing_the_catalogue_does_not_name(one: Document) -> None:
    declared = {*one.required, *one.optional}
    unknown = {path for path in used(one) if path not in declared and not path.startswith(ALWAYS)}
    assert unknown == set()


@pytest.mark.parametrize("one", [*WORD, *TYPST], ids=name)
def test_what_is_required_is_printed(one: Document) -> None:
    text = used(one) | {"party.name", "evidence", "reviewer.name"}
    quiet = {one.kind_field, "case.facts", "case.item"}
    hidden = {path for path in one.required if path not in text and path not in quiet}
    assert hidden == set()


@pytest.mark.parametrize("one", ALL, ids=name)
def test_every_name_is_in_the_vocabulary(one: Document) -> None:
    assert [path for path in (*one.required, *one.optional) if not fields.is_known(path)] == []
    assert [path for path in (*one.required, *one.optional) if path.startswith("form.") and path not in fields.names()] == []


def test_kinds_have_names_and_the_same_or_another_character() -> None:
    seizure = catalogue.of("DOC-12")
    assert (seizure.of_kind("seize").name, seizure.of_kind("seize").character) == ("扣押决定书", "扣")
    assert (seizure.of_kind("seal").character, seizure.of_kind("?")) == ("封", seizure)
    for one in ALL:
        assert bool(one.kinds) == bool(one.kind_field)
        assert not one.kind_field or one.kind_field in (*one.required, *one.optional)


def test_characters_are_those_of_the_reference() -> None:
    said = {"DOC-01": "源", "DOC-03": "立", "DOC-15": "改", "DOC-20": "告", "DOC-21": "听告", "DOC-27": "罚", "DOC-28": "当",
            "DOC-29": "不罚",
            "DOC-36": "催", "DOC-41": "移", "DOC-42": "涉移", "DOC-47": "结", "DOC-50": "延办"}
    assert {doc_id: catalogue.of(doc_id).character for doc_id in said} == said


@pytest.mark.parametrize("one", GRID, ids=name)
def test_grid_documents_speak_of_no_penalty_and_no_inspection_record(one: Document) -> None:
    text = one.path.read_text("utf-8") + one.name
    assert set(one.forbidden) == {"行政处罚", "检查笔录"}
    assert not [word for word in one.forbidden if word in text]
    assert one.volume == "none" and not one.character


@pytest.mark.parametrize("one", WORD, ids=name)
def test_every_outgoing_document_is_the_authoritys(one: Document) -> None:
    text = words(one)
    assert "{{ authority.name }}" in text and "{{ authority.seal_name }}（印章）" in text and "{{ document.date }}" in text
    assert "执法队" not in text and not [word for word in one.forbidden if word in text]


NEEDED = {
    "DOC-27": ("违法事实和证据", "第四十八条", "remedy.review_body", "remedy.court", "payment.bank", "百分之三加处罚款", "不超出罚款的数额",
               "履行方式和期限", "party.lines", "fine_capital", "处罚理由、种类和依据"),
    "DOC-28": ("应当先自收到本决定书之日起六十日内", "第五十一条", "act_place", "act_day", "专用票据", "有权拒绝缴纳", "当事人签名"),
    "DOC-20": ("第四十四条", "第四十五条", "陈述和申辩", "不会因", "notice.statement_days", "fine_capital"),
    "DOC-21": ("第六十三条", "五日（工作日）", "不承担本机关组织听证的费用", "申请回避", "一至二人"),
    "DOC-12": ("第二十四条", "当场交付", "保管费用由本机关承担", "陈述、申辩", "提起行政诉讼", "一式二份"),
    "DOC-36": ("第三十五条", "履行的期限", "履行的方式", "金额和给付方式", "第三十六条"),
    "DOC-37": ("第三十七条", "强制执行的方式", "强制执行的时间", "夜间或者法定节假日", "提起行政诉讼"),
    "DOC-37b": ("第五十条", "代履行的费用预算", "代履行人", "三日前", "到场监督"),
    "DOC-39": ("第五十五条", "负责人（签名）", "催告", "标的情况", "附件"),
    "DOC-42": ("第310号", "正职负责人", "移送材料", "三日内作出是否立案的决定"),
    "DOC-10": ("第五十六条", "七日（工作日）", "不得销毁或者转移"),
    "DOC-33": ("第六十六条第二款", "form.plan"),
    "DOC-05": ("逐利检查", "接受被检查企业的任何利益", "变相检查", "干扰企业正常生产经营", "刻意要求法定代表人到场", "有权拒绝检查"),
}


@pytest.mark.parametrize("doc_id", NEEDED)
def test_what_the_law_asks_for_is_written(doc_id: str) -> None:
    text = words(catalogue.of(doc_id))
    assert [part for part in NEEDED[doc_id] if part not in text] == []


def test_on_the_spot_reconsideration_comes_first_and_nothing_else_is_offered() -> None:
    text = words(catalogue.of("DOC-28"))
    assert "或者直接" not in text and "也可以自收到" not in text and "直接向" not in text
    assert text.count("提起行政诉讼") == 1 and "对行政复议决定仍不服" in text


def test_the_sample_case_fills_every_document() -> None:
    sample = json.loads((FOLDER / "sample.json").read_text("utf-8"))
    lacking = {one.id: empty for one in ALL if (empty := fields.empty(sample, one.required))}
    assert lacking == {}


def test_the_guide_for_legal_staff_lists_every_name_of_the_vocabulary() -> None:
    page = (FOLDER.parents[1] / "docs" / "documents.md").read_text("utf-8")
    listed = dict(re.findall(r"^\| `([\w.]+)` \| (.+) \|$", page.partition("## 字段表")[2], re.MULTILINE))
    assert listed == {path: words for path, words in fields.names().items() if not path.startswith("issued.")}


def test_the_guide_shows_only_names_that_exist() -> None:
    page = (FOLDER.parents[1] / "docs" / "documents.md").read_text("utf-8")
    shown = set(DOTTED.findall(" ".join(BLOCK.findall(page))))
    assert shown and [path for path in shown if not fields.is_known(path)] == []
