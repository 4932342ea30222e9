"""The page of a penalty case: where it is, what may be done, what would be unlawful and why; parties and evidence."""

import io

import pytest
from PIL import Image

from tests.web import cases


@pytest.fixture
def case(database):
    cases.publish(database)
    return cases.opened(database)


def page_of(browser, case):
    answer = browser.get(f"/penalty/{case}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def picture(name="现场.jpg"):
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), (20, 90, 30)).save(stream, "JPEG")
    return io.BytesIO(stream.getvalue()), name


def piece(**changes):
    return {"kind": "documentary", "title": "现场照片", "origin": "现场拍摄", "place": "东街 12 号", "collected_at": "2026-03-02T09:30",
            "collector": cases.OFFICER, "collector2": cases.ASSISTANT, "purpose": "证明占道经营", "form": "original",
            "files:files": picture(), **changes}


def test_the_page_says_where_the_case_is_whose_turn_and_what_would_be_unlawful(as_person, case):
    page = page_of(as_person(cases.OFFICER), case)

    assert "王小明擅自占用城市道路经营案" in page and "立案前" in page
    assert "调查取证" in page and "立案审批表" in page
    assert "行政处罚法第四十六条" in page, "the step's own check tells why it cannot be submitted"
    assert "行政处罚法第五十四条：案件还没有立案" in page


def test_once_there_is_evidence_the_step_may_be_submitted(as_person, case):
    browser = as_person(cases.OFFICER)
    before = page_of(browser, case)

    answer = browser.post(f"/penalty/{case}/evidence", piece(), content_type="multipart/form-data")

    after = page_of(browser, case)
    assert answer.status_code == 302 and answer.location.endswith("#evidence")
    assert "先填写“调查取证”" in before and "先填写“调查取证”" not in after
    assert "现场照片" in after and "书证" in after


def test_a_piece_shows_its_hashes_and_its_chain_and_is_voided_with_a_reason_only(as_person, case):
    browser = as_person(cases.OFFICER)
    browser.post(f"/penalty/{case}/evidence", piece(), content_type="multipart/form-data")
    one = f"/penalty/{case}/evidence/1"

    browser.post(f"{one}/move", {"kind": "stored", "holder": "档案室", "place": "二楼"})
    silent, said = browser.post(f"{one}/void"), browser.post(f"{one}/void", {"reason": "拍错了位置"})

    page = browser.get(one).get_data(as_text=True)
    assert "SHA-256" in page and "入库保管：档案室" in page
    assert (silent.status_code, said.status_code) == (422, 302)
    assert "已作废" in page and "拍错了位置" in page


def test_one_collector_is_refused_beside_the_field_and_what_was_typed_stays(as_person, case):
    answer = as_person(cases.OFFICER).post(f"/penalty/{case}/evidence", piece(collector2="", title="带名字的照片"),
                                           content_type="multipart/form-data")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "行政处罚法第四十二条" in page and "带名字的照片" in page


def test_a_paper_is_kept_as_it_is_and_a_program_is_refused(as_person, case):
    browser = as_person(cases.OFFICER)
    paper = (io.BytesIO(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"), "检测报告.pdf")
    program = (io.BytesIO(b"MZ\x90\x00" + b"\0" * 200), "程序.exe")

    kept = browser.post(f"/penalty/{case}/evidence", piece(**{"files:files": paper}), content_type="multipart/form-data")
    refused = browser.post(f"/penalty/{case}/evidence", piece(**{"files:files": program}), content_type="multipart/form-data")

    assert (kept.status_code, refused.status_code) == (302, 422)
    assert "检测报告.pdf" in browser.get(f"/penalty/{case}/evidence/1").get_data(as_text=True)


def test_altered_originals_are_told(as_person, settings, case):
    browser = as_person(cases.OFFICER)
    browser.post(f"/penalty/{case}/evidence", piece(), content_type="multipart/form-data")
    sound = browser.get(f"/penalty/{case}/evidence/check").get_data(as_text=True)
    original = next(path for path in (settings.files / "original").rglob("*") if path.is_file())
    original.chmod(0o600)
    original.write_bytes(original.read_bytes() + b"x")

    altered = browser.get(f"/penalty/{case}/evidence/check").get_data(as_text=True)

    assert "已核对 1 个原件" in sound
    assert "1 个原件与取证时不符" in altered and "现场.jpg" in altered


def test_a_party_is_corrected_and_the_number_is_checked(as_person, case):
    browser = as_person(cases.OFFICER)

    wrong = browser.post(f"/penalty/{case}/amend", {"party_id_number": "330106199003070011"})
    right = browser.post(f"/penalty/{case}/amend", {"party_name": "王晓明", "act_place": "东街 14 号门前"})

    assert wrong.status_code == 422 and "校验码" in wrong.get_data(as_text=True)
    page = page_of(browser, case)
    assert right.status_code == 302 and "王晓明" in page and "东街 14 号门前" in page


def test_a_guardian_is_added(as_person, case):
    browser = as_person(cases.OFFICER)

    browser.post(f"/penalty/{case}/party", {"relation": "监护人", "party_name": "王大"})

    page = page_of(browser, case)
    assert "<h3 class=\"mt-3\">监护人</h3>" in page and "王大" in page


def test_whoever_has_no_part_reads_neither_the_number_nor_the_evidence(as_person, case):
    dispatcher = as_person(cases.DISPATCHER)
    page = page_of(dispatcher, case)

    assert "330106199003070014" not in page and "13800000000" not in page and "王小明" not in page
    assert "您的岗位只查看案件状态" in page
    assert dispatcher.get(f"/penalty/{case}/evidence/check").status_code == 404


def test_nobody_but_its_officers_and_leaders_writes_into_a_file(as_person, case):
    reviewer = as_person(cases.REVIEWER)

    assert "登记证据</summary>" not in page_of(reviewer, case)
    assert reviewer.post(f"/penalty/{case}/evidence", piece(), content_type="multipart/form-data").status_code == 403
    assert reviewer.post(f"/penalty/{case}/amend", {"facts": "改写"}).status_code == 403


@pytest.mark.parametrize("path", ["", "/evidence/check", "/evidence/1"])
def test_a_finding_is_no_penalty_case(as_person, case, path):
    assert as_person(cases.OFFICER).get(f"/penalty/{case + 1000}{path}").status_code == 404
