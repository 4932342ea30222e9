"""Pages of finance clerks, property keepers, lawyers and of certificates: done, not allowed, wrong input."""

import datetime as dt
import io
import re

import pytest

from engine import clock
from engine.cases import attachments, case_file, disposals, dues, goods, lawyers, payments, proposals, recusal
from engine.cases.goods import Moving
from engine.people import directory, qualifications
from engine.people.qualification_tables import certificate
from engine.people.qualifications import Happening
from tests.document_town import handwriting
from tests.web import cases

CLERK, KEEPER, LAWYER, ADMIN = "cw1", "wp1", "ls1", "xitong"


@pytest.fixture
def case(database):
    """A filed case with a fine of 50 yuan, decided and not yet served."""
    cases.publish(database)
    made = cases.opened(database)
    terms = proposals.Terms(kinds=("fine",), fine=50_00, basis=("x",))

    def decide(c):
        case_file.change(c, made, status=case_file.FILED, number="青石镇综执罚〔2026〕1号", filed_on="2026-03-02")
        proposals.write(c, made, proposals.DECISION, terms, cases.HEAD)
        payments.impose(c, made, {}, None)
    database.run(decide)
    return made


def page(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def pays(browser, case, **values):
    said = {"key": "k1", "amount": "50", "day": "2026-03-02", "channel": "bank", "receipt": "00123", **values}
    return browser.post(f"/ledgers/money/{case}", said)


def test_a_clerk_sees_what_is_due_and_notes_a_payment_once(database, as_person, case):
    browser = as_person(CLERK)
    assert "擅自占用城市道路经营" in page(browser.get("/ledgers/money"))

    for _ in range(2):
        assert pays(browser, case).status_code == 302

    with database.reading() as c:
        now = dues.of(c, case)
    assert (now.is_settled, now.receipts) == (True, ("00123",))
    assert "缴清" in page(browser.get("/ledgers/money"))
    assert "00123" in page(browser.get(f"/ledgers/money/{case}"))


@pytest.mark.parametrize(("said", "words"), [
    ({"receipt": ""}, "第七十条"), ({"amount": "x"}, "请填写缴款金额"), ({"amount": "51"}, "不能登记 51 元"),
    ({"channel": "x"}, "缴款方式"), ({"channel": "cash", "collector": "ba1"}, "不能当场收缴现金")])
def test_what_cannot_be_taken_is_said_beside_the_form(database, as_person, case, said, words):
    text = page(pays(as_person(CLERK), case, **said), 422)

    assert words in text
    with database.reading() as c:
        assert dues.of(c, case).paid == 0


def test_an_entry_is_taken_back_with_a_reason(database, as_person, case):
    browser = as_person(CLERK)
    pays(browser, case)
    with database.reading() as c:
        entry = dues.entries(c, case)[-1].id

    page(browser.post(f"/ledgers/money/{case}/entries/{entry}", {"key": "u1", "reason": ""}), 422)
    assert browser.post(f"/ledgers/money/{case}/entries/{entry}", {"key": "u2", "reason": "录错"}).status_code == 302
    text = page(browser.get(f"/ledgers/money/{case}"))
    assert "缴款（已红冲）" in text and "红冲：缴款" in text


def test_costs_stand_apart(as_person, case):
    browser = as_person(CLERK)

    said = {"key": "k2", "cost_kind": "incurred", "cost_amount": "320", "cost_day": "2026-03-02", "cost_what": "强制清除决算"}
    assert browser.post(f"/ledgers/money/{case}/costs", said).status_code == 302
    text = page(browser.get(f"/ledgers/money/{case}"))
    assert "还应收 <strong class=\"num\">320</strong>" in text
    assert "<strong>50 元</strong>" in text
    line = re.search(r"/costs/(\d+)", text).group(1)
    assert "红冲的理由" in page(browser.post(f"/ledgers/money/{case}/costs/{line}", {"key": "k3", "reason": ""}), 422)
    for _ in range(2):
        assert browser.post(f"/ledgers/money/{case}/costs/{line}", {"key": "k4", "reason": "录错"}).status_code == 302
    assert "还应收 <strong class=\"num\">0</strong>" in page(browser.get(f"/ledgers/money/{case}"))


def test_receipts_are_reconciled_from_the_list(as_person, case):
    browser = as_person(CLERK)
    pays(browser, case)

    assert "00123" in page(browser.get("/ledgers/receipts?state=open"))
    assert browser.post("/ledgers/receipts", {"number": "00123", "act": "reconcile", "state": "open"}).status_code == 302
    assert "00123" not in page(browser.get("/ledgers/receipts?state=open"))
    assert browser.post("/ledgers/receipts", {"number": "9", "act": "reconcile"}).status_code == 404


@pytest.mark.parametrize(("person", "status"), [("wg01", 403), ("lx-cw1", 404), ("jw1", 200), ("ba1", 200), ("ls1", 403), ("lx-ba1", 404)])
def test_money_of_a_case_is_read_by_who_may(as_person, case, person, status):
    assert as_person(person).get(f"/ledgers/money/{case}").status_code == status


@pytest.mark.parametrize("person", ["jw1", "ba1", "fgld"])
def test_nobody_but_the_clerk_writes_money(database, as_person, case, person):
    assert pays(as_person(person), case).status_code == 403
    with database.reading() as c:
        assert dues.of(c, case).paid == 0


# ------------------------------------------------------------------------------------------ goods

CART = {"key": "g1", "source": "seized", "name": "推车", "quantity": "2", "unit_of_quantity": "辆", "condition": "八成新",
        "taken_on": "2026-03-02"}


def item_of(database, case):
    with database.reading() as c:
        return goods.of(c, case)[0]


def test_goods_are_listed_stored_approved_and_handed_over(database, as_person, case):
    officer, keeper, boss = as_person("ba1"), as_person(KEEPER), as_person("fgld")
    assert officer.post(f"/ledgers/goods/{case}", CART).status_code == 302
    item = item_of(database, case).id
    address = f"/ledgers/goods/{case}"

    assert keeper.post(f"{address}/items/{item}", {"key": "g2", "kind": "stored", "quantity": "2", "place": "A-01"}).status_code == 302
    assert "A-01" in page(keeper.get("/ledgers/goods"))
    asking = {"key": "g3", "kind": "hand_over", f"item{item}": "2", "reasons": "移送"}
    assert officer.post(f"{address}/disposals", asking).status_code == 302
    with database.reading() as c:
        asked = disposals.of(c, case)[0].id
    out = {"key": "g4", "receiver": "派出所", "receipt": "回执 1 号"}
    assert "没有经批准" in page(keeper.post(f"{address}/disposals/{asked}/items/{item}", out), 422)
    page(officer.post(f"{address}/disposals/{asked}", {"key": "g5", "decision": "approve"}), 422)
    assert boss.post(f"{address}/disposals/{asked}", {"key": "g6", "decision": "approve"}).status_code == 302
    assert keeper.post(f"{address}/disposals/{asked}/items/{item}", {**out, "key": "g7"}).status_code == 302
    assert item_of(database, case).stored == 0
    text = page(keeper.get(address))
    assert "已执行" in text
    assert "派出所" in text


def test_a_keeper_sees_photos_of_goods_in_keeping_and_no_others(database, as_person, case):
    officer, keeper, address = as_person("ba1"), as_person(KEEPER), f"/ledgers/goods/{case}"
    assert officer.post(address, {**CART, "photos:files": (io.BytesIO(handwriting()), "推车.png")}).status_code == 302
    item = item_of(database, case)
    other = officer.post("/files", {"photo": (io.BytesIO(handwriting("red")), "现场.png")}).get_json()["id"]
    database.run(lambda c: attachments.bind(c, [other], case, "ba1"))
    photo = f"/files/{item.photos[0]}/thumb"

    assert photo in page(keeper.get(address))
    seen = [keeper.get(photo).status_code, keeper.get(f"/files/{other}/thumb").status_code, as_person("lx-wp1").get(photo).status_code]
    assert seen == [200, 404, 404]
    database.run(lambda c: goods.take_in(c, item.id, Moving("stored", item.waits, "A-01", KEEPER), KEEPER))
    assert keeper.get(photo).status_code == 200
    database.run(lambda c: c.execute(goods.ADD_MOVE, {
        "item_id": item.id, "seq": 2, "kind": "out", "quantity": item.quantity, "place": "", "keeper": KEEPER, "disposal_id": None,
        "day": "2026-03-02", "more": {}, "by": KEEPER, "at": clock.now()}))
    assert keeper.get(photo).status_code == 404, "what has left the store is nobody's keeping"


def test_what_is_missing_about_goods_is_said(database, as_person, case):
    text = page(as_person("ba1").post(f"/ledgers/goods/{case}", {**CART, "condition": "", "quantity": "2"}), 422)

    assert "成色" in text
    with database.reading() as c:
        assert goods.of(c, case) == ()


@pytest.mark.parametrize(("person", "status"), [(KEEPER, 200), ("lx-wp1", 404), (CLERK, 403), ("jw1", 200), ("wg01", 403)])
def test_goods_are_read_by_who_may(as_person, case, person, status):
    assert as_person(person).get(f"/ledgers/goods/{case}").status_code == status


# ------------------------------------------------------------------------------------------ lawyers and recusal


def asks(as_person, case, **values):
    said = {"key": "a1", "lawyer_id": LAWYER, "question": "王小明的行为是否构成占道？", "until": _soon(), **values}
    return as_person("ba1").post(f"/ledgers/advice/of/{case}", said)


def _soon():
    return (clock.now() + dt.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")


def test_a_lawyer_declares_reads_a_masked_brief_and_answers(database, as_person, case):
    assert asks(as_person, case).status_code == 302
    with database.reading() as c:
        number = lawyers.of_case(c, case)[0].id
    browser, address = as_person(LAWYER), f"/ledgers/advice/{number}"

    first = page(browser.get(address))
    assert "占道摆放桌椅经营" not in first
    page(browser.post(f"{address}/declare", {"has_conflict": "1", "conflict": ""}), 422)
    assert browser.post(f"{address}/declare", {"has_conflict": "0"}).status_code == 302
    shown = browser.get(address)
    text = page(shown)
    assert "占道摆放桌椅经营" in text
    assert "330106199003070014" not in text
    assert "禁止复制外传" in text
    assert shown.headers["Cache-Control"] == "no-store"
    assert browser.get(f"/penalties/{case}").status_code in (403, 404)
    assert browser.get(f"/cases/{case}").status_code == 404
    page(browser.post(f"{address}/answer", {"answer": ""}), 422)
    assert browser.post(f"{address}/answer", {"answer": "构成。"}).status_code == 302
    assert "构成。" in page(as_person("ba1").get(f"/ledgers/advice/of/{case}"))


@pytest.mark.parametrize(("said", "words"), [
    ({"lawyer_id": "ba2"}, "驻队律师"), ({"until": ""}, "截止时间"), ({"question": ""}, "咨询的问题")])
def test_a_request_that_lacks_something_is_not_sent(as_person, case, said, words):
    assert words in page(asks(as_person, case, **said), 422)


def test_the_roster_is_kept_by_leaders_and_read_by_all(as_person):
    turn = {"lawyer_id": LAWYER, "day": clock.today().isoformat(), "half": "morning", "place": "调解室"}

    assert as_person("ba1").post("/ledgers/roster", turn).status_code == 403
    assert as_person("fzy1").post("/ledgers/roster", turn).status_code == 302
    assert "已经排班" in page(as_person("fzy1").post("/ledgers/roster", turn), 422)
    assert "调解室" in page(as_person(LAWYER).get("/ledgers/roster"))


@pytest.mark.parametrize("person", ["fq1", "fq3"])
def test_posts_above_the_towns_are_told_whose_roster_it_is(as_person, person):
    assert "各镇街安排" in page(as_person(person).get("/ledgers/roster"))


def test_recusal_is_asked_for_and_decided_by_the_head(database, as_person, case):
    said = {"person_id": "ba1", "asked_as": "party", "applicant": "王小明", "ground": "relative", "reasons": "是我的表弟"}
    officer = as_person("ba2")
    assert "申请人" in page(officer.post(f"/ledgers/recusal/{case}", {**said, "applicant": ""}), 422)
    assert officer.post(f"/ledgers/recusal/{case}", said).status_code == 302
    with database.reading() as c:
        number = recusal.of(c, case)[0].id

    page(as_person("fgld").post(f"/ledgers/recusal/{case}/{number}", {"decision": "grant", "decided_why": "属实"}), 422)
    assert as_person("zz").post(f"/ledgers/recusal/{case}/{number}", {"decision": "grant", "decided_why": "属实"}).status_code == 302
    assert "已决定回避" in page(officer.get(f"/ledgers/recusal/{case}"))


def test_a_person_declares_and_ends_a_relation(database, as_person):
    browser = as_person("ba1")
    page(browser.post("/ledgers/relations", {"name": "", "relation": "配偶"}), 422)
    assert browser.post("/ledgers/relations", {"name": "某建材店", "relation": "配偶开办"}).status_code == 302
    assert "某建材店" in page(browser.get("/ledgers/relations"))
    with database.reading() as c:
        number = recusal.relations(c, "ba1")[0].id

    assert as_person("ba2").post(f"/ledgers/relations/{number}/end").status_code == 404
    assert browser.post(f"/ledgers/relations/{number}/end").status_code == 302
    assert "某建材店" not in page(browser.get("/ledgers/relations"))


def test_the_head_grants_and_takes_back_a_letter(as_person):
    head, today = as_person("zz"), clock.today()
    said = {"person_id": "fgld", "acts": ["recusal"], "first_on": today.isoformat(), "document": "授权书 1 号"}
    page(head.post("/ledgers/letters", said), 422)
    lasts = {**said, "last_on": (today + dt.timedelta(days=30)).isoformat()}
    assert as_person("fgld").post("/ledgers/letters", {**lasts, "person_id": "dz1"}).status_code == 403
    assert head.post("/ledgers/letters", lasts).status_code == 302
    assert "授权书 1 号" in page(as_person("fgld").get("/ledgers/letters"))
    page(as_person("fgld").post("/ledgers/letters/1/end", {"reason": "不用了"}), 422)
    assert head.post("/ledgers/letters/1/end", {"reason": "正职返岗"}).status_code == 302
    assert "已收回：正职返岗" in page(head.get("/ledgers/letters"))


# ------------------------------------------------------------------------------------------ certificates


def test_the_register_shows_what_the_organisation_file_brought(as_person):
    browser = as_person(ADMIN)

    text = page(browser.get("/admin/qualifications"))
    assert "X01000011" in text
    assert "A2019990100001" in text
    assert "X01000011" not in page(browser.get("/admin/qualifications?kind=legal"))
    assert "X01000011" in page(browser.get("/admin/qualifications?q=ba1"))


def test_what_runs_out_soon_is_found(database, as_person):
    with database.reading() as c:
        held = qualifications.of(c, "ba1", clock.today())[0]
    soon = Happening("renewed", clock.today(), clock.today() + dt.timedelta(days=20), "缩短")
    database.run(lambda c: qualifications.happened(c, held.id, soon, None))

    text = page(as_person(ADMIN).get("/admin/qualifications?state=soon"))
    assert "X01000011" in text
    assert "剩20天" in text
    assert "X01000012" not in text


def test_a_certificate_is_registered_and_suspended(database, as_person):
    browser = as_person(ADMIN)
    said = {"person_id": "fz1", "kind": "enforcement", "number": "N1", "issued_on": "2026-01-01", "valid_to": "2030-12-31"}
    assert "没有登录名" in page(browser.post("/admin/qualifications/new", {**said, "person_id": "x"}), 422)
    assert browser.post("/admin/qualifications/new", said).status_code == 302
    assert "已经登记" in page(browser.post("/admin/qualifications/new", said), 422)
    with database.reading() as c:
        number = c.execute(certificate.select().where(certificate.c.number == "N1")).one().id

    address = f"/admin/qualifications/{number}"
    assert "请写明理由" in page(browser.post(address, {"kind": "suspended", "day": "2026-01-02"}), 422)
    assert browser.post(address, {"kind": "suspended", "day": "2026-01-02", "reason": "投诉调查"}).status_code == 302
    text = page(browser.get(address))
    assert "投诉调查" in text
    assert "N1" in page(browser.get("/admin/qualifications?state=invalid"))
    assert browser.post(f"{address}/person", {"establishment": "辅助", "training_hours": "40"}).status_code == 302
    page(browser.post(f"{address}/person", {"establishment": "辅助", "training_hours": "很多"}), 422)


def test_a_table_of_certificates_is_taken_in_or_each_row_is_named(as_person):
    def sends(text):
        return as_person(ADMIN).post("/admin/qualifications/import", {"file": (io.BytesIO(text.encode()), "证件.csv")},
                                     content_type="multipart/form-data")
    head = "登录名,种类,证号,发证日期,有效期至\n"

    assert "第 2 行（nobody）" in page(sends(head + "nobody,执法证,T1,2026-01-01,2030-01-01\n"), 422)
    assert sends(head + "fz1,执法证,T1,2026-01-01,2030-01-01\n").status_code == 302


@pytest.mark.parametrize("person", ["ba1", "anquan", "sfj", "zz"])
def test_only_the_system_administrator_keeps_certificates(as_person, person):
    assert as_person(person).get("/admin/qualifications").status_code == 403


def test_the_demonstration_has_people_for_every_new_post(database):
    with database.reading() as c:
        held = {who: directory.participant(c, who).posts[0].role for who in ("cw1", "wp1", "da1", "tz1", "ls1")}
    assert held == {"cw1": "finance_clerk", "wp1": "property_keeper", "da1": "archivist", "tz1": "hearing_host", "ls1": "lawyer"}
