"""The pages of documents: a case's list, records drafted and signed, service, files, and the templates."""

import io
import json

import pytest

from engine import clock
from engine.cases import proposals
from engine.database import Database
from engine.documents import issuing, making, register
from engine.people import directory, qualifications
from engine.runtime import history, jobs, worklist
from tests.document_town import SAID, TERMS, handwriting
from tests.unit.test_templates import GOOD, word
from tests.web.cases import ASSISTANT, BOSS, DISPATCHER, OFFICER, REVIEWER, STRANGER, opened, publish
from web.settings import Settings

INTERVIEW = {"document": "DOC-07", "officers.0.person": OFFICER, "officers.1.person": ASSISTANT, "started_at": "2026-03-02T08:10",
             "ended_at": "2026-03-02T08:40", "place": "镇综合执法队询问室", "person_name": "王小明", "person_relation": "当事人",
             "dialogue.0.question": "在哪里经营？", "dialogue.0.answer": "东街。"}


@pytest.fixture
def case(database: Database) -> int:
    publish(database)
    found = opened(database)
    database.run(lambda c: qualifications.sample(c, [OFFICER, ASSISTANT]))
    for stage in ("report", "notice", "decision"):
        database.run(lambda c, stage=stage: proposals.write(c, found, stage, TERMS, OFFICER))
    return found


def issued(database: Database, settings: Settings, case: int, doc_id: str = "DOC-20") -> int:
    made = database.run(lambda c: issuing.issue(c, case, doc_id, by=OFFICER, values=SAID, variables={}))
    jobs.perform_due(database, making.functions(database, settings.files))
    return made.id


def page_of(answer: object) -> str:
    return answer.get_data(as_text=True)  # type: ignore[attr-defined]


def test_an_officer_drafts_an_interview_and_everybody_signs(case: int, database: Database, settings: Settings, as_person: object) -> None:
    browser = as_person(OFFICER)
    assert "起草" in page_of(browser.get(f"/cases/{case}/documents"))
    assert "询问（调查）笔录" in page_of(browser.get(f"/cases/{case}/documents/new?document=DOC-07"))
    answer = browser.post(f"/cases/{case}/documents/new", INTERVIEW)
    assert answer.status_code == 302, page_of(answer)
    document = int(answer.headers["Location"].rsplit("/", 1)[1])

    for who, role in ((OFFICER, "interviewee"), (OFFICER, "officers"), (ASSISTANT, "officers")):
        signing = as_person(who)
        image = signing.post("/files", {"photo": (io.BytesIO(handwriting()), "签名.png")}).get_json()["id"]
        answer = signing.post(f"/documents/{document}/sign", {"role": role, "name": "王小明", "image": json.dumps({"image": image})})
        assert answer.status_code == 302, page_of(answer)
    jobs.perform_due(database, making.functions(database, settings.files))

    shown = page_of(browser.get(f"/documents/{document}"))
    assert "已制作" in shown and "SHA-256" in shown
    with database.reading() as c:
        told = [event.text for event in history.of(c, case)]
        assert history.verify(c) == []
    assert sum("在《询问（调查）笔录》上签名" in text for text in told) == 3 and "签名齐全" in told[-1]
    body = browser.get(f"/documents/{document}/file")
    assert body.data.startswith(b"%PDF") and "sandbox" in body.headers["Content-Security-Policy"]


def test_a_refused_signature_keeps_what_was_drawn(case: int, database: Database, as_person: object) -> None:
    browser = as_person(OFFICER)
    document = int(browser.post(f"/cases/{case}/documents/new", INTERVIEW).headers["Location"].rsplit("/", 1)[1])
    image = browser.post("/files", {"photo": (io.BytesIO(handwriting()), "签名.png")}).get_json()["id"]
    where = f"/documents/{document}/sign"

    nameless = browser.post(where, {"role": "interviewee", "name": "", "image": json.dumps({"image": image})})
    assert nameless.status_code == 422 and f'name="image" value="{image}"' in page_of(nameless)
    said = {"role": "interviewee", "name": "王小明", "image": image}
    assert browser.post(where, said).status_code == 302, "the kept drawing is taken as it is"

    again = browser.post("/files", {"photo": (io.BytesIO(handwriting()), "签名.png")}).get_json()["id"]
    twice = browser.post(where, {**said, "image": again})
    assert twice.status_code == 409 and "不需要重复" in page_of(twice) and f'name="image" value="{again}"' in page_of(twice)
    assert "浏览器没有运行脚本" in page_of(browser.get(f"/documents/{document}"))


def test_rows_are_added_without_losing_what_was_typed(case: int, as_person: object) -> None:
    answer = as_person(OFFICER).post(f"/cases/{case}/documents/new", {**INTERVIEW, "list_add": "dialogue"})
    shown = page_of(answer)
    assert answer.status_code == 200 and "在哪里经营？" in shown and 'name="dialogue.1.question"' in shown


def test_a_record_at_two_places_at_once_is_refused_with_the_times(case: int, as_person: object) -> None:
    browser = as_person(OFFICER)
    browser.post(f"/cases/{case}/documents/new", INTERVIEW)
    answer = browser.post(f"/cases/{case}/documents/new", {**INTERVIEW, "started_at": "2026-03-02T08:30", "ended_at": "2026-03-02T09:00"})
    assert answer.status_code == 409
    assert "8时10分" in page_of(answer) and "在哪里经营？" in page_of(answer)


def test_a_notice_is_served_on_its_page(case: int, database: Database, settings: Settings, as_person: object) -> None:
    document = issued(database, settings, case)
    browser = as_person(OFFICER)
    answer = browser.post(f"/documents/{document}/serve", {"method": "left", "on": day_of(database, document)})
    assert answer.status_code == 422 and "留置送达要有见证人签名" in page_of(answer)
    answer = browser.post(f"/documents/{document}/serve",
                          {"method": "direct", "on": day_of(database, document), "receiver": "王小明", "relation": "本人"})
    assert answer.status_code == 302
    assert "送达" in page_of(browser.get(f"/cases/{case}/documents"))
    answer = browser.post(f"/documents/{document}/end", {"reason": "写错了"})
    assert answer.status_code == 409 and "已经送达" in page_of(answer)


def day_of(database: Database, document: int) -> str:
    with database.reading() as c:
        made = register.get(c, document).issued_at
    assert made is not None
    return clock.local(made).date().isoformat()


def test_word_papers_are_downloaded_as_they_are(case: int, database: Database, settings: Settings, as_person: object) -> None:
    document = issued(database, settings, case)
    answer = as_person(OFFICER).get(f"/documents/{document}/file")
    assert answer.data.startswith(b"PK") and answer.headers["Content-Disposition"].encode("latin-1").startswith(b"attachment; ")


@pytest.mark.parametrize("person", [STRANGER, DISPATCHER])
def test_who_has_no_part_in_it_takes_no_paper_away(
        case: int, database: Database, settings: Settings, as_person: object, person: str) -> None:
    document = issued(database, settings, case)
    assert as_person(person).get(f"/documents/{document}/file").status_code in (403, 404)


def test_who_only_reviews_reads_and_does_not_serve(case: int, database: Database, settings: Settings, as_person: object) -> None:
    document = issued(database, settings, case)
    browser = as_person(REVIEWER)
    assert browser.get(f"/documents/{document}").status_code == 200
    answer = browser.post(f"/documents/{document}/serve", {"method": "direct", "on": "2026-03-02", "receiver": "x", "relation": "y"})
    assert answer.status_code == 403


def test_a_template_is_uploaded_by_one_and_approved_by_another(as_person: object) -> None:
    reviewer, leader = as_person(REVIEWER), as_person(BOSS)
    answer = reviewer.post("/templates/DOC-20", {"template": (io.BytesIO(word(*GOOD, "{{ party.nmae }}")), "坏.docx")})
    assert answer.status_code == 422 and "party.name" in page_of(answer)
    answer = reviewer.post("/templates/DOC-20", {"template": (io.BytesIO(word(*GOOD)), "新.docx"), "note": "改了措辞"})
    assert answer.status_code == 302
    assert reviewer.post("/templates/versions/1/approve", {}).status_code == 403
    assert leader.post("/templates/versions/1/approve", {}).status_code == 302
    shown = page_of(leader.get("/templates"))
    assert "第 1 版" in shown and "已批准" in shown
    assert reviewer.get("/templates/DOC-20/file?version=1").data.startswith(b"PK")
    assert leader.post("/templates/versions/1/withdraw", {}).status_code == 302


def test_an_officer_may_look_at_templates_and_not_change_them(as_person: object) -> None:
    browser = as_person(OFFICER)
    assert browser.get("/templates").status_code == 200
    assert browser.post("/templates/DOC-20", {"template": (io.BytesIO(word(*GOOD)), "新.docx")}).status_code == 403


def test_the_papers_of_a_step_say_what_is_missing(case: int, as_person: object, database: Database) -> None:
    with database.reading() as c:
        item = next(one for one in worklist.of(c, directory.participant(c, OFFICER)).entries if one.instance_id == case)
    shown = page_of(as_person(OFFICER).get(f"/documents/step?item={item.id}"))
    assert "立案审批表" in shown and "预览" in shown
    answer = as_person(OFFICER).get(f"/documents/step/preview/DOC-03?item={item.id}")
    assert answer.data.startswith(b"%PDF")
