"""The pages on which running cases are moved to another version: seen, tried out, asked for, approved by another, taken back."""

import re

import pytest

from engine import definitions
from engine.database import Database
from engine.definitions import Package
from engine.people import directory
from engine.runtime import commands, worklist
from engine.studio import drafts, moves
from tests.town import drawing

STEPS = """
start s
user look name="核查" gl:role="case_officer" gl:limit="5" gl:limitUnit="days"
user sign name="签发" gl:role="case_officer"
end e
s -> look -> sign -> e
"""
OTHERWISE = STEPS.replace("user look", "user check").replace("s -> look", "s -> check").replace('limit="5"', 'limit="9"')


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


def report(database: Database) -> None:
    with database.reading() as c:
        who = directory.participant(c, "wg01")
    database.run(lambda c: commands.start(c, "p", {}, by=who, unit=who.posts[0].unit_id))


def looked(database: Database) -> None:
    with database.reading() as c:
        officer = directory.participant(c, "ba1")
        item = next(one for one in worklist.of(c, officer, "all", {}).entries if one.name == "核查")
    database.run(lambda c: commands.complete(c, item.id, {}, by=officer))


def all_done(database: Database, batch: int) -> None:
    while moves.advance(database, batch):
        pass


@pytest.fixture
def versions(database: Database) -> tuple[int, int]:
    """Two versions; on the first, two cases wait at a step that the second has under another id, and one at a step that is the same."""
    first = database.run(lambda c: definitions.deploy(c, Package("p", "流程", drawing(STEPS)), by=None))
    for _ in range(3):
        report(database)
    looked(database)
    second = database.run(lambda c: definitions.deploy(c, Package("p", "流程", drawing(OTHERWISE)), by=None))
    return first.id, second.id


@pytest.fixture
def designer(as_person: object) -> object:
    return as_person("sheji")


def begins(designer: object, to: int, act: str, **typed: object) -> int:
    """Try out or ask with the mapping that fits; the batch."""
    said = {"act": act, "map.look": "check", "choice": "keep", "reason": "核查改由新步骤办", "key": f"k-{act}", **typed}
    answer = designer.post(f"/studio/definitions/{to}/moves", said)
    assert answer.status_code == 302, text(answer)
    return int(re.search(r"/studio/moves/(\d+)$", answer.headers["Location"])[1])


def test_what_a_version_does_is_counted_by_step_and_the_mapping_changes_it(designer: object, versions: tuple[int, int]) -> None:
    at = f"/studio/definitions/{versions[1]}/impact"
    page = text(designer.get(at))
    assert "3 件</dd>" in page and '<span class="num">1</span> 件：所在步骤没有变化' in page
    assert '<span class="num">2</span> 件：原因见下表' in page
    assert "“核查”（第 1 版）移到" in page and "建议：核查" in page

    mapped = text(designer.get(f"{at}?map.look=check&choice=restart"))
    assert '<span class="num">2</span> 件：所在步骤有变化' in mapped and '<span class="num">0</span> 件</dd>' in mapped

    back = designer.post(f"/studio/definitions/{versions[1]}/moves", {"act": "look", "map.look": "check", "choice": "keep"})
    assert back.headers["Location"].endswith("impact?map.look=check&choice=keep#plan")


def test_a_draft_shows_its_effect_before_it_is_published(designer: object, versions: tuple[int, int], database: Database) -> None:
    with database.reading() as c:
        who = directory.participant(c, "sheji")
    draft = database.run(lambda c: drafts.from_version(c, who, versions[0]))
    saved = {"p.bpmn": drawing(OTHERWISE).decode()}
    draft = database.run(lambda c: drafts.save(c, who, draft.id, base_revision=draft.revision, files=saved))
    page = text(designer.get(f"/studio/models/{draft.id}/impact"))
    assert "“核查”（第 1 版）移到" in page and "发布以后，从新版本的页面" in page and 'value="ask"' not in page
    assert '<span class="num">2</span> 件：所在步骤有变化' in text(designer.get(f"/studio/models/{draft.id}/impact?map.look=check"))


def test_the_numbers_alone_stand_where_publication_is_approved(designer: object, versions: tuple[int, int]) -> None:
    part = text(designer.get(f"/studio/definitions/{versions[1]}/impact", headers={"HX-Request": "true"}))
    assert '<span class="num">1</span> 件：所在步骤没有变化' in part and "<html" not in part and "<form" not in part


def test_tried_out_asked_approved_moved_and_taken_back(
        designer: object, as_person: object, versions: tuple[int, int], database: Database) -> None:
    lawyer = as_person("fzy1")
    tried = begins(designer, versions[1], "try", reason="")
    all_done(database, tried)
    page = text(designer.get(f"/studio/moves/{tried}"))
    assert "试移到第 2 版" in page and "申请移动这 3 件" in page
    asked = designer.post(f"/studio/moves/{tried}/ask", {"reason": "试过了", "key": "k2"}).headers["Location"]

    assert "须由另一人批准" in text(designer.get(asked)) or "审批" not in text(designer.get(asked))
    assert designer.post(f"{asked}/judge/approve").status_code == 403
    assert "批准移动" in text(lawyer.get(asked)) and "“核查”移到“核查”" in text(lawyer.get(asked))
    assert "impact?map.look=check&amp;choice=keep" in text(lawyer.get(asked))
    assert lawyer.post(f"{asked}/judge/refuse", {"why": " "}).status_code == 422
    assert lawyer.post(f"{asked}/judge/approve").status_code == 302
    assert 'hx-trigger="every 2s"' in text(designer.get(asked))
    batch = int(asked.rsplit("/", 1)[1])
    all_done(database, batch)

    page = text(designer.get(asked))
    assert '已移动 <span class="num">3</span> 件' in page and 'hx-trigger="every' not in page
    assert "不能再这样处理" in text(lawyer.post(f"{asked}/judge/approve"))
    assert lawyer.post(f"{asked}/undo", {"why": ""}).status_code == 422
    assert lawyer.post(f"{asked}/undo", {"why": "移错了"}).status_code == 302
    all_done(database, batch)
    assert "移错了" in text(designer.get(asked)) and '没有需要移动' not in text(designer.get(f"/studio/definitions/{versions[1]}/impact"))
    assert f"第 {batch} 批" in text(designer.get("/studio/moves/of/p"))


def test_only_the_cases_at_the_steps_that_are_ticked(designer: object, versions: tuple[int, int], database: Database) -> None:
    batch = begins(designer, versions[1], "try", scope="some", place=[f"{versions[0]}:sign"])
    all_done(database, batch)
    assert "0 / 1 件" not in text(designer.get(f"/studio/moves/{batch}")) and "1 / 1 件" in text(designer.get(f"/studio/moves/{batch}"))


def test_single_cases_by_their_numbers(designer: object, versions: tuple[int, int], database: Database) -> None:
    with database.reading() as c:
        listed = worklist.of(c, directory.participant(c, "ba1"), "all", {}).entries
    first, second = sorted(one.case_number for one in listed)[:2]
    batch = begins(designer, versions[1], "try", scope="numbered", numbers=f" {second}，{first}\n{first} ")
    all_done(database, batch)
    assert "2 / 2 件" in text(designer.get(f"/studio/moves/{batch}"))

    said = {"act": "ask", "map.look": "check", "choice": "keep", "reason": "改", "key": "n", "scope": "numbered"}
    at = f"/studio/definitions/{versions[1]}/moves"
    assert "请核对编号" in text(designer.post(at, {**said, "numbers": f"{first} <b>X"}))
    assert "请填写要移动的事项编号" in text(designer.post(at, {**said, "numbers": "  "}))


def test_results_by_state_as_a_part_and_as_a_file(designer: object, versions: tuple[int, int], database: Database) -> None:
    batch = begins(designer, versions[1], "try", **{"map.look": ""})
    all_done(database, batch)
    at = f"/studio/moves/{batch}"
    part = text(designer.get(at, headers={"HX-Request": "true"}))
    assert designer.get(at, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert part.lstrip().startswith('<div id="moving"') and "<html" not in part
    refused = next(state for state in moves.RESULTS if f"state={state}" in part and state != "fits")
    assert text(designer.get(f"{at}?state={refused}")).count('class="main-cell"') == 2
    sheet = designer.get(f"{at}/results.csv?state=fits")
    assert sheet.get_data().startswith(b"\xef\xbb\xbf") and len(text(sheet).strip().splitlines()) == 3


@pytest.mark.parametrize(("typed", "words"), [
    ({"reason": ""}, "请写明移动的理由"), ({"choice": "never"}, "请选择时限怎样处理"), ({"map.look": "nowhere"}, "没有“nowhere”这个步骤"),
    ({"map.ghost": "check"}, "没有“ghost”这个步骤"), ({"scope": "some"}, "没有需要移动的在办事项"),
    ({"scope": "some", "place": ["x:sign"]}, "选中的步骤已经没有了"),
    ({"scope": "some", "place": ["9" * 13 + ":sign"]}, "选中的步骤已经没有了")])
def test_what_cannot_be_asked_is_refused_in_words_and_leaves_what_was_typed(
        designer: object, versions: tuple[int, int], database: Database, typed: dict[str, object], words: str) -> None:
    said = {"act": "ask", "map.look": "check", "choice": "keep", "reason": "保留这句话", "key": "k", **typed}
    answer = designer.post(f"/studio/definitions/{versions[1]}/moves", said)
    assert answer.status_code == 422 and words in text(answer)
    assert ("保留这句话" in text(answer)) == (said["reason"] == "保留这句话")
    with database.reading() as c:
        assert not moves.listing(c, directory.participant(c, "sheji"), "p")


def test_a_second_press_asks_once(designer: object, versions: tuple[int, int], database: Database) -> None:
    assert begins(designer, versions[1], "ask") == begins(designer, versions[1], "ask")


@pytest.mark.parametrize("address", ["/studio/moves/99", "/studio/moves/99/results.csv", "/studio/definitions/99/impact",
                                     "/studio/models/99/impact", "/studio/moves/of/nothing"])
def test_what_is_not_there(designer: object, address: str) -> None:
    assert designer.get(address).status_code == 404


def test_a_grid_worker_sees_none_of_it(as_person: object, versions: tuple[int, int]) -> None:
    visitor = as_person("wg01")
    assert visitor.get(f"/studio/definitions/{versions[1]}/impact").status_code == 403
    assert visitor.post(f"/studio/definitions/{versions[1]}/moves", {"act": "ask"}).status_code == 403


@pytest.fixture
def moved(designer: object, as_person: object, versions: tuple[int, int], database: Database) -> tuple[str, list[int]]:
    """A batch of three moved cases: where it is shown, and the cases; the first two wait at a step that was mapped."""
    batch = begins(designer, versions[1], "ask")
    as_person("fzy1").post(f"/studio/moves/{batch}/judge/approve")
    all_done(database, batch)
    with database.reading() as c:
        return f"/studio/moves/{batch}", [one.instance_id for one in moves.items(c, directory.participant(c, "sheji"), batch)]


def standing(database: Database, ids: list[int]) -> list[int]:
    with database.reading() as c:
        return [c.exec_driver_sql(f"select definition_id from process_instance where id = {one}").scalar_one() for one in ids]


def test_one_moved_case_is_put_back_and_the_others_stay(
        designer: object, moved: tuple[str, list[int]], versions: tuple[int, int], database: Database) -> None:
    at, ids = moved
    page = text(designer.get(at))
    assert page.count("撤销这一件") == 3 and f'action="{at}/undo/{ids[0]}"' in page

    answer = designer.post(f"{at}/undo/{ids[0]}?state=moved", {"why": "这件办了一半"})
    assert answer.status_code == 302 and answer.headers["Location"].endswith("?state=moved")
    assert standing(database, ids) == [versions[0], versions[1], versions[1]]
    page = text(designer.get(at))
    assert page.count("撤销这一件") == 2 and "单独撤销：这件办了一半" in page and "撤销一件" in page
    assert '已移动 <span class="num">2</span> 件' in page and '已撤销移动 <span class="num">1</span> 件' in page
    with database.reading() as c:
        told = list(c.exec_driver_sql("select kind from move_act order by id").scalars())
    assert told == ["asked", "approved", "one-undone"]

    assert designer.post(f"{at}/undo/{ids[0]}", {"why": "再按一次"}).status_code == 302
    with database.reading() as c:
        assert c.exec_driver_sql("select count(*) from move_act").scalar_one() == 3
    designer.post(f"{at}/undo", {"why": "全部撤销"})
    all_done(database, int(at.rsplit("/", 1)[1]))
    assert standing(database, ids) == [versions[0]] * 3


def test_a_case_that_has_gone_on_is_not_put_back_and_it_is_said_why(
        designer: object, as_person: object, moved: tuple[str, list[int]], versions: tuple[int, int], database: Database) -> None:
    at, ids = moved
    looked(database)
    page = text(designer.get(at))
    assert page.count("不能单独撤销：移动之后该事项已经有了新的办理") == 1 and page.count("撤销这一件") == 2
    gone = next(one for one in ids if f'action="{at}/undo/{one}"' not in page)

    for case, why, words in ((gone, "移错了", "已经有了新的办理"), (ids[0] if gone != ids[0] else ids[1], " ", "请写明撤销的理由")):
        answer = designer.post(f"{at}/undo/{case}", {"why": why})
        assert answer.status_code == 422 and words in text(answer)
    assert standing(database, ids) == [versions[1]] * 3
    assert designer.post(f"{at}/undo/99", {"why": "没有这件"}).status_code == 404
    assert as_person("wg01").post(f"{at}/undo/{ids[1]}", {"why": "不归我管"}).status_code == 403


def test_one_case_of_a_trial_or_of_a_batch_at_work_is_not_put_back(
        designer: object, versions: tuple[int, int], database: Database) -> None:
    tried, asked = begins(designer, versions[1], "try"), begins(designer, versions[1], "ask")
    all_done(database, tried)
    with database.reading() as c:
        case = moves.items(c, directory.participant(c, "sheji"), tried)[0].instance_id
    for batch, words in ((tried, "没有移动，不需要撤销"), (asked, "待批准")):
        answer = designer.post(f"/studio/moves/{batch}/undo/{case}", {"why": "看看"})
        assert answer.status_code == 422 and words in text(answer) and "撤销这一件" not in text(answer)
