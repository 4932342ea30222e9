"""The law on its pages: finding an article, reviewing it, the power list with its recall, the grades, and what stands beside a step."""

import datetime as dt
import io

import pytest

from engine import clock
from engine.administration import law_changes
from engine.errors import InvalidValues, NotAllowed, NotFound
from engine.law import discretion, loading, powers, standards, statutes
from engine.people import directory
from engine.runtime import desk, history

TOWN, OTHER = "990100101", "990100102"
OLD = """
[statute]
id = "OLD"
title = "旧空气法"
short = "旧法"
kind = "law"
[[article]]
number = "118(3)"
text = "露天烧烤的，处五百元以上二万元以下的罚款。<b>"
from = 2018-10-26
to = 2026-08-14
successor = "NEW:1132(3)"
tag = "K-H"
source = "示例"
"""
NEW = """
[statute]
id = "NEW"
title = "新空气法典"
short = "新法"
kind = "code"
[[article]]
number = "1132(3)"
text = "露天烧烤的，处五百元以上五千元以下的罚款。"
from = 2026-08-15
tag = "K-H"
source = "示例"
"""
LIST = """
[[item]]
code = "T-grill"
name = "测试露天烧烤"
field = "生态环境"
department = "市生态环境局"
batch = "第一批"
confirmation = "确认书1号"
rule_set = "RS-CFF"
recall_policy = "transfer"
from = 2023-01-01
steps = ["先行登记保存", "立案"]
bases = [{ article = "OLD:118(3)", kinds = ["fine"], fine_min = 50000, fine_max = 2000000 },
         { article = "NEW:1132(3)", kinds = ["fine"], fine_min = 50000, fine_max = 500000 }]
"""


@pytest.fixture
def listed(database):
    """Two statutes, and one item of the town's list."""
    for document in (OLD, NEW):
        database.run(lambda c, document=document: loading.load(c, document.encode(), by=None).new)
    database.run(lambda c: law_changes.load_powers(c, TOWN, LIST.encode(), by=None))
    with database.reading() as c:
        return powers.known(c, TOWN, "T-grill")


def body(answer):
    assert answer.status_code == 200, answer.get_data(as_text=True)[:300]
    return answer.get_data(as_text=True)


def version(database, ref="OLD:118(3)"):
    with database.reading() as c:
        return statutes.versions(c, ref)[0]


def test_an_article_is_found_by_its_words_and_only_on_the_days_it_is_in_force(as_person, listed):
    officer = as_person("ba1")

    assert "《旧空气法》第一百一十八条第三款" in body(officer.get("/law?words=旧空气法"))
    assert "《旧空气法》" in body(officer.get("/law?words=旧空气法&day=2026-08-14"))
    assert "《旧空气法》" not in body(officer.get("/law?words=旧空气法&day=2026-08-15"))


def test_words_of_a_statute_are_shown_and_never_run(as_person, listed):
    page = body(as_person("ba1").get("/law/article?ref=OLD:118(3)"))

    assert "&lt;b&gt;" in page and "罚款。<b>" not in page
    assert "NEW:1132(3)" in page


def test_legal_staff_review_an_article_and_it_is_written_into_the_record(as_person, database, listed):
    one = version(database)
    form = {"note": "国家法律法规数据库 2026-09-01", "ref": one.ref, "edition": "1"}
    answer = as_person("fzy1").post(f"/law/articles/{one.id}/review", form)

    assert answer.status_code == 302
    assert version(database).reviewed_by == "fzy1"
    with database.reading() as c:
        assert history.verify(c) == []


def test_nobody_but_legal_staff_reviews(as_person, database, listed):
    one = version(database)

    assert as_person("ba1").post(f"/law/articles/{one.id}/review", {"note": "看过", "ref": one.ref}).status_code == 403
    assert version(database).is_reviewed is False


def test_a_review_says_with_what_it_was_compared(as_person, database, listed):
    one = version(database)
    answer = as_person("fzy1").post(f"/law/articles/{one.id}/review", {"note": " ", "ref": one.ref, "edition": "1"})

    assert answer.status_code == 422 and "正式文本" in answer.get_data(as_text=True)


CORRECTION = {"ref": "OLD:118(3)", "edition": "1", "text": "露天烧烤的，处罚款。", "valid_to": "2026-08-14", "successor": "", "source": "",
              "why": "录入时多字"}


def test_a_correction_keeps_the_older_text_and_waits_for_a_second_person(as_person, database, listed):
    one, legal = version(database), as_person("fzy1")
    done = legal.post(f"/law/articles/{one.id}/correct", CORRECTION)
    own = legal.post(f"/law/articles/{one.id}/review", {"note": "国家法律法规数据库", "ref": one.ref, "edition": "2"})
    page = body(legal.get(f"/law/article?ref={one.ref}"))

    assert (done.status_code, own.status_code) == (302, 409)
    assert "第 1 次文本" in page and "录入时多字" in page and "<del>" in page and "没有核对过" in page
    assert (version(database).text, version(database).is_reviewed) == ("露天烧烤的，处罚款。", False)
    second = as_person("sfj").post(f"/law/articles/{one.id}/review", {"note": "国家法律法规数据库", "ref": one.ref, "edition": "2"})
    assert second.status_code == 302 and version(database).reviewed_by == "sfj"
    with database.reading() as c:
        assert history.verify(c) == []


def test_a_correction_sent_twice_or_from_an_old_page_counts_once(as_person, database, listed):
    one, legal = version(database), as_person("fzy1")
    answers = [legal.post(f"/law/articles/{one.id}/correct", CORRECTION).status_code for _ in range(2)]

    assert answers == [302, 409] and version(database).edition == 2


@pytest.mark.parametrize(("changes", "status"), [
    ({"why": ""}, 422), ({"text": ""}, 422), ({"text": "长" * 20_001}, 422), ({"valid_to": "2019-13-01"}, 422), ({"edition": "x"}, 409),
    ({"edition": "99999999"}, 409)])
def test_a_wrong_correction_says_why_and_changes_nothing(as_person, database, listed, changes, status):
    one = version(database)
    answer = as_person("fzy1").post(f"/law/articles/{one.id}/correct", {**CORRECTION, **changes})

    assert answer.status_code == status and version(database) == one


def test_an_officer_corrects_nothing(as_person, database, listed):
    one = version(database)

    assert as_person("ba1").post(f"/law/articles/{one.id}/correct", CORRECTION).status_code == 403
    assert version(database) == one


def test_the_list_shows_the_town_its_items(as_person, listed):
    page = body(as_person("ba1").get("/law/powers?day=2026-09-01"))

    assert "测试露天烧烤" in page and "登记收回" not in page
    assert "登记收回" in body(as_person("fzy1").get("/law/powers"))


def test_a_town_beyond_ones_own_is_not_shown(as_person, listed):
    assert as_person("fzy1").get(f"/law/powers?unit={OTHER}").status_code == 404


def test_a_recall_has_a_day_a_document_and_a_reason(as_person, database, listed):
    legal, address = as_person("fzy1"), f"/law/powers/{listed.id}/recall"
    missing = legal.post(address, {"unit": TOWN, "last": "", "document": "X政发〔2026〕3号", "reason": "评估收回"})
    undated = legal.post(address, {"unit": TOWN, "last": "2027-01-31", "document": "", "reason": ""})
    done = legal.post(address, {"unit": TOWN, "last": "2027-01-31", "document": "X政发〔2026〕3号", "reason": "评估收回"})

    assert (missing.status_code, undated.status_code, done.status_code) == (422, 422, 302)
    with database.reading() as c:
        one = powers.known(c, TOWN, "T-grill")
        assert (one.valid_to.isoformat(), one.recall_document) == ("2027-01-31", "X政发〔2026〕3号")
        assert history.verify(c) == []


def test_an_officer_takes_no_power_back(as_person, database, listed):
    answer = as_person("ba1").post(f"/law/powers/{listed.id}/recall", {"last": "2027-01-31", "document": "x", "reason": "x"})

    assert answer.status_code == 403
    with database.reading() as c:
        assert powers.known(c, TOWN, "T-grill").valid_to is None


def test_the_item_of_another_town_is_not_touched_through_ones_own(database, listed):
    with database.reading() as c:
        legal = directory.participant(c, "fzy1")
        town = directory.unit_of(c, OTHER)
    with pytest.raises(NotAllowed):
        database.run(lambda c: law_changes.confirm(c, town.id, listed.id, "确认书", by=legal) and None)
    with pytest.raises(NotFound):
        database.run(lambda c: law_changes.confirm(c, TOWN, listed.id + 999, "确认书", by=legal) and None)


def test_beside_a_step_the_milder_law_is_named_with_its_reason(as_person, listed):
    officer = as_person("ba1")
    across = body(officer.get("/law/assist?item=T-grill&act_day=2026-08-07&decision_day=2026-09-04"))
    before = body(officer.get("/law/assist?item=T-grill&act_day=2026-08-07&decision_day=2026-08-10"))

    assert "新规定处罚较轻" in across and "适用《新空气法典》第一千一百三十二条第三款" in across
    assert "适用《旧空气法》第一百一十八条第三款" in before
    assert "第一件案件" in across and "先行登记保存" in across


def test_beside_a_step_an_item_that_is_not_held_offers_the_transfer(as_person, listed):
    assert "移送" in body(as_person("ba1").get("/law/assist?item=T-none&act_day=2026-09-01"))


@pytest.mark.parametrize("query", ["item=T-grill&act_day=0001-01-01", "item=T-grill&act_day=x", "item=" + "0" * 32, "item=é", ""])
def test_whatever_is_asked_is_answered_or_missing(as_person, listed, query):
    assert as_person("ba1").get(f"/law/assist?{query}").status_code in (200, 404)


def test_a_file_with_a_faulty_row_changes_nothing(database, listed):
    with database.reading() as c:
        before = statutes.search(c, "空气")
    with pytest.raises(InvalidValues, match="第 1 条记录"):
        database.run(lambda c: law_changes.load_statute(c, NEW.replace("1132(3)", "第一条").encode(), by=None) and None)
    with database.reading() as c:
        assert statutes.search(c, "空气") == before


def test_items_without_a_standard_are_said_to_have_none(as_person, listed):
    assert "没有录入裁量基准" in body(as_person("ba1").get("/law/standards?item=T-grill"))


@pytest.mark.parametrize("person", ["wg01", "cs01"])
def test_the_grid_and_the_villages_have_no_business_here(as_person, person):
    assert {as_person(person).get(path).status_code for path in ("/law", "/law/powers", "/law/standards", "/law/assist")} == {403}


def test_a_step_of_a_case_asks_for_its_own_item_and_days(as_person, database):
    form = {"process": "penalty", "key": "k1", "item": "SR-stall", "party_kind": "natural", "party_name": "王小明", "act_day": "2026-03-02",
            "party_identity_reason": "当场核对", "act_place": "东街 12 号", "facts": "占道经营。", "officer": "ba1", "assistant": "ba2"}
    opened = as_person("ba1").post("/penalty/new", form)
    assert opened.status_code == 302, opened.get_data(as_text=True)[:500]
    with database.reading() as c:
        step = desk.items_of(c, int(opened.location.rstrip("/").split("/")[-1]))[0].id

    assert "《X省城市市容和环境卫生管理条例》第十六条" in body(as_person("fzy1").get(f"/law/assist?item={step}"))
    assert as_person("lx-fzy1").get(f"/law/assist?item={step}").status_code == 404


TABLE = (discretion.FOLDER / "SR-sign@2018-01-01.dmn").read_text("utf-8").replace(">300000<", ">400000<")


def _upload(person, body=TABLE, **changes):
    day = (clock.today() + dt.timedelta(days=3)).isoformat()
    form = {"unit": TOWN, "item": "SR-sign", "scope": TOWN, "title": "X市裁量基准", "document": "X司发〔2026〕8号", "first": day, **changes}
    file = (io.BytesIO(body.encode() if isinstance(body, str) else body), "a.dmn")
    return person.post("/law/standards", {**form, "file": file}, content_type="multipart/form-data")


def _tables(database):
    with database.reading() as c:
        return standards.of_code(c, "SR-sign", [TOWN, "990100"])


def test_a_table_is_entered_compared_and_approved_by_a_second_person(as_person, database):
    legal, boss = as_person("fzy1"), as_person("fgld")
    assert _upload(legal).status_code == 302
    one, = _tables(database)
    page = "/law/standards/versions?item=SR-sign"
    own, others = body(legal.get(page)), body(boss.get(page))
    assert "您提交的版本" in own and "批准</button>" not in own
    assert "批准</button>" in others and "1,000—4,000 元" in others and "修改" in others
    form = {"unit": TOWN, "item": "SR-sign", "first": clock.today().isoformat()}
    assert legal.post(f"/law/standards/{one.id}/approve", form).status_code == 403
    assert boss.post(f"/law/standards/{one.id}/approve", form).status_code == 302
    assert "现行：《X市裁量基准》第 1 版" in body(legal.get(page))
    assert "《X市裁量基准》第 1 版" in body(legal.get("/law/standards?item=SR-sign"))
    taken = legal.get(f"/law/standards/{one.id}/file?unit={TOWN}")
    assert taken.get_data(as_text=True) == TABLE and "attachment" in taken.headers["Content-Disposition"]
    assert boss.post(f"/law/standards/{one.id}/approve", form).status_code == 409
    with database.reading() as c:
        assert history.verify(c) == []


@pytest.mark.parametrize(("changes", "status", "words"), [
    ({"first": "2020-01-01"}, 422, "不能早于今天"), ({"first": "x"}, 422, "请填写起用日"), ({"title": ""}, 422, "名称"),
    ({"item": "XX-none"}, 404, "没有这个事项"),
    ({"scope": OTHER}, 403, "法制员"), ({"scope": "nowhere"}, 404, ""), ({"scope": "990100"}, 403, ""),
    ({"body": "<x/>"}, 422, "DMN"), ({"body": TABLE.replace(">400000<", ">40000000<", 1)}, 422, "超出处罚依据的幅度"),
    ({"body": "<" * 300_000}, 422, "256 KB"), ({"body": b"PK\x03\x04"}, 422, "XML")])
def test_a_wrong_table_says_why_and_nothing_is_kept(as_person, database, changes, status, words):
    answer = _upload(as_person("fzy1"), **changes)

    assert answer.status_code == status and words in answer.get_data(as_text=True)
    assert _tables(database) == ()


def test_a_table_sent_twice_waits_once_and_an_officer_enters_none(as_person, database):
    legal = as_person("fzy1")

    assert [_upload(legal).status_code, _upload(legal).status_code] == [302, 409]
    assert _upload(as_person("ba1")).status_code == 403
    assert len(_tables(database)) == 1


def test_a_table_is_sent_back_with_a_reason_and_not_decided_by_strangers(as_person, database):
    _upload(as_person("fzy1"))
    one, = _tables(database)
    form = {"unit": TOWN, "item": "SR-sign", "reason": ""}
    boss = as_person("fgld")
    assert boss.post(f"/law/standards/{one.id}/return", form).status_code == 422
    assert as_person("lx-fzy1").post(f"/law/standards/{one.id}/return", {**form, "unit": OTHER, "reason": "过宽"}).status_code == 403
    assert as_person("lx-fzy1").get(f"/law/standards/{one.id}/file").status_code == 404
    assert boss.post(f"/law/standards/{one.id}/return", {**form, "reason": "第二档过宽"}).status_code == 302
    assert "退回：第二档过宽" in body(boss.get("/law/standards/versions?item=SR-sign"))


def _uploads(person, document, unit=TOWN):
    return person.post("/law/powers", {"unit": unit, "file": (io.BytesIO(document.encode()), "a.toml")}, content_type="multipart/form-data")


def _grill(database):
    with database.reading() as c:
        return powers.known(c, TOWN, "T-grill")


def test_a_whole_list_shows_what_it_changes_before_it_takes_effect(as_person, database, listed):
    legal = as_person("fzy1")
    text = LIST.replace("测试露天烧烤", "露天烧烤新名称")
    sent = _uploads(legal, text)
    assert sent.status_code == 302 and _grill(database).name == "测试露天烧烤"
    page = body(legal.get(sent.location))
    assert "露天烧烤新名称" in page and "改动 1 项" in page and "保持不变" in page and "确认装入" in page
    assert "有一份上传的清单还没有确认" in body(legal.get("/law/powers"))
    assert legal.post(f"{sent.location}/apply").status_code == 302
    assert _grill(database).name == "露天烧烤新名称"
    assert legal.post(f"{sent.location}/apply").status_code == 409
    assert "已装入" in body(legal.get(sent.location))
    with database.reading() as c:
        assert history.verify(c) == []


def test_a_list_that_is_dropped_changes_nothing(as_person, database, listed):
    legal = as_person("fzy1")
    sent = _uploads(legal, LIST.replace("测试露天烧烤", "露天烧烤新名称"))

    assert legal.post(f"{sent.location}/drop").status_code == 302
    assert legal.post(f"{sent.location}/apply").status_code == 409
    assert _grill(database).name == "测试露天烧烤"


@pytest.mark.parametrize(("document", "words"), [
    ("", "不是赋权清单"), ("[list", "TOML"), (LIST.replace("fine_max", "fine_most"), "罚款上限"),
    (LIST.replace("T-grill", ""), "没有填写")])
def test_a_wrong_list_is_refused_on_its_page(as_person, database, listed, document, words):
    answer = _uploads(as_person("fzy1"), document)

    assert answer.status_code == 422 and words in answer.get_data(as_text=True)
    assert _grill(database) == listed


def test_nobody_else_uploads_or_sees_a_towns_list(as_person, database, listed):
    sent = _uploads(as_person("fzy1"), LIST)
    assert _uploads(as_person("ba1"), LIST).status_code == 403
    assert _uploads(as_person("lx-fzy1"), LIST).status_code == 404
    for person in ("ba1", "lx-fzy1"):
        assert as_person(person).get(sent.location).status_code == 404
        assert as_person(person).post(f"{sent.location}/apply").status_code == 404
    assert _grill(database) == listed


def test_a_recall_is_said_on_the_page_of_every_case_it_stops(as_person, database):
    officer = as_person("ba1")
    form = {"process": "penalty", "key": "k2", "item": "SR-stall", "party_kind": "natural", "party_name": "王小明", "act_day": "2026-03-02",
            "party_identity_reason": "当场核对", "act_place": "东街 12 号", "facts": "占道经营。", "officer": "ba1", "assistant": "ba2"}
    opened = officer.post("/penalty/new", form)
    assert "已于" not in body(officer.get(opened.location))
    with database.reading() as c:
        held = powers.known(c, TOWN, "SR-stall")
    yesterday = (clock.today() - dt.timedelta(days=1)).isoformat()
    legal = as_person("fzy1")
    assert "在办案件 1 件" in body(legal.get("/law/powers"))
    recall = {"unit": TOWN, "last": yesterday, "document": "X政发〔2026〕30号", "reason": "评估后收回"}
    assert legal.post(f"/law/powers/{held.id}/recall", recall).status_code == 302

    page = body(officer.get(opened.location))
    assert f"已于 {yesterday} 收回（X政发〔2026〕30号），不能立案、处罚。请移送市城市管理局" in page
    assert "SR-stall" not in body(officer.get("/penalty/new?process=penalty"))
    assert legal.post(f"/law/powers/{held.id}/recall", recall).status_code == 409
