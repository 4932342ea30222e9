"""A whole power list is uploaded: looked through before it takes effect, and never half of it."""

import tomllib
from typing import Any

import pytest

from engine.cases import powers_in_use
from engine.errors import Conflict, InvalidState, InvalidValues, NotFound, UnsafeInput
from engine.law import list_upload, powers, sample
from engine.law.list_upload import Change, Upload
from tests.penalty_town import Docket, day, sign
from tests.town import LAWYER, Town

LIST = sample.FILE.read_text("utf-8")
HEAD = '[list]\nbatch = "第二批"\ndepartment = "市城市管理局"\nfield = "城市管理"\nfrom = 2024-01-01\n'
ITEM = '[[item]]\ncode = "T-new"\nname = "新事项"\nbases = [{ article = "XSR:18", kinds = ["fine"], fine_max = 100000 }]\n'


@pytest.fixture
def lawful(town: Town) -> Town:
    town.run(lambda c: sample.load(c, "qs"))
    return town


def _proposes(town: Town, document: str = HEAD + ITEM) -> Upload:
    return town.run(lambda c: list_upload.propose(c, "qs", document.encode(), by=LAWYER))


def _changes(town: Town, one: Upload) -> dict[str, Change]:
    with town.database.reading() as c:
        return {change.code: change for change in list_upload.changes(c, one)}


def _items(town: Town) -> tuple[powers.Power, ...]:
    with town.database.reading() as c:
        return powers.items(c, "qs")



def test_nothing_changes_before_the_preview_is_confirmed(lawful: Town) -> None:
    before = _items(lawful)
    one = _proposes(lawful)
    assert _items(lawful) == before and one.state == "proposed"
    assert _changes(lawful, one)["T-new"].kind == "new"
    with lawful.database.reading() as c:
        assert len(list_upload.untouched(c, one)) == len(before)
    assert lawful.run(lambda c: list_upload.apply(c, one.id, by=LAWYER)) == 1
    assert {power.code for power in _items(lawful)} == {*(power.code for power in before), "T-new"}


def test_the_same_list_again_changes_nothing(lawful: Town) -> None:
    changes = _changes(lawful, _proposes(lawful, LIST))
    assert {change.kind for change in changes.values()} == {"same"} and len(changes) == len(sample.codes())


def test_what_changes_is_told_field_by_field(lawful: Town) -> None:
    text = LIST.replace("fine_min = 100000, fine_max = 1000000", "fine_min = 200000, fine_max = 1000000").replace(
        'name = "户外广告设施不符合容貌标准逾期未改"', 'name = "户外广告不整改"')
    told = {one.label: (one.before, one.after) for one in _changes(lawful, _proposes(lawful, text))["SR-sign"].differences}
    assert told["名称"] == ("户外广告设施不符合容貌标准逾期未改", "户外广告不整改")
    assert told["依据"] == ("XSR:18，罚款 1,000 元至 10,000 元，责令限期改造或者拆除后逾期",
                          "XSR:18，罚款 2,000 元至 10,000 元，责令限期改造或者拆除后逾期")
    assert set(told) == {"名称", "依据"}


def test_a_file_that_says_nothing_of_the_confirmation_leaves_it(lawful: Town) -> None:
    text = LIST.replace('confirmation = "承接确认书〔2023〕1号（示例）"\n', "")
    one = _proposes(lawful, text)
    assert {change.kind for change in _changes(lawful, one).values()} == {"same"}
    with lawful.database.reading() as c:
        assert powers.in_force(c, "qs", "SR-sign", day("2026-03-02")).confirmation


def test_a_list_never_gives_back_what_was_taken_back(lawful: Town) -> None:
    lawful.run(lambda c: powers.recall(c, "qs", "SR-sign", day("2026-03-31"), document="X政发〔2026〕3号", reason="收回") and None)
    with pytest.raises(InvalidValues, match="SR-sign”已登记收回"):
        _proposes(lawful, LIST)
    text = LIST.replace('code = "SR-sign"\n', 'code = "SR-sign"\nto = 2026-03-31\n')
    assert _changes(lawful, _proposes(lawful, text))["SR-sign"].kind == "same"


def test_a_preview_of_an_older_list_is_not_confirmed(lawful: Town) -> None:
    one = _proposes(lawful)
    lawful.run(lambda c: powers.recall(c, "qs", "SR-sign", day("2026-03-31"), document="X政发〔2026〕3号", reason="收回") and None)
    with pytest.raises(Conflict, match="重新上传"):
        lawful.run(lambda c: list_upload.apply(c, one.id, by=LAWYER))
    assert "T-new" not in {power.code for power in _items(lawful)}


def test_a_list_takes_effect_once_and_a_newer_upload_replaces_the_older(lawful: Town) -> None:
    older, newer = _proposes(lawful), _proposes(lawful)
    with pytest.raises(InvalidState, match="已放弃"):
        lawful.run(lambda c: list_upload.apply(c, older.id, by=LAWYER))
    lawful.run(lambda c: list_upload.apply(c, newer.id, by=LAWYER))
    for again in (lambda c: list_upload.apply(c, newer.id, by=LAWYER), lambda c: list_upload.drop(c, newer.id, by=LAWYER)):
        with pytest.raises(InvalidState, match="已装入"):
            lawful.run(again)


def test_a_dropped_list_has_no_effect(lawful: Town) -> None:
    one = _proposes(lawful)
    lawful.run(lambda c: list_upload.drop(c, one.id, by=LAWYER))
    with lawful.database.reading() as c:
        assert list_upload.waiting(c, "qs") is None and list_upload.get(c, one.id).state == "dropped"
    with pytest.raises(NotFound):
        lawful.run(lambda c: list_upload.apply(c, 999, by=LAWYER))


def test_an_entry_that_ends_makes_room_for_the_next_in_one_file(lawful: Town) -> None:
    item = next(one for one in LIST.split("[[item]]") if '"SR-sign"' in one)
    text = LIST.replace(item, item.replace('code = "SR-sign"\n', 'code = "SR-sign"\nto = 2026-06-30\n'))
    text += "\n[[item]]" + item.replace('code = "SR-sign"\n', 'code = "SR-sign"\nfrom = 2026-07-01\n')
    assert text.count('"SR-sign"') == 2
    one = _proposes(lawful, text)
    assert lawful.run(lambda c: list_upload.apply(c, one.id, by=LAWYER)) == 2
    assert [power.valid_from.isoformat() for power in _items(lawful) if power.code == "SR-sign"] == ["2023-01-01", "2026-07-01"]


@pytest.mark.parametrize("item", [
    "code = 5", 'code = ""', 'steps = "x"', 'bases = "XSR:18"', "bases = [1]",
    'bases = [{ article = "XSR:18", kinds = 5 }]',
    'bases = [{ article = "XSR:18", kinds = [["fine"]], fine_max = 1 }]',
    'bases = [{ article = "XSR:18", kinds = ["fine"], fine_max = true }]',
    'bases = [{ article = "XSR:18", kinds = ["fine"], fine_max = "1000" }]',
    'bases = [{ article = "XSR:18", kinds = ["fine"], fine_max = 1.5 }]',
    'bases = [{ article = "XSR:18", kinds = ["fine"], fine_min = "a", fine_max = 1 }]',
    'bases = [{ article = "XSR:18", kinds = ["fine"], fine_max = 1, parties = [1] }]',
    'bases = [{ article = "NO:1", kinds = ["fine"], fine_max = 1 }]', "from = 2024-01-01T00:00:00", 'from = "2024-01-01"',
    "to = 2020-01-01",
    f'name = "{"长" * 201}"', f'confirmation = "{"长" * 121}"', "steps = [1]", "recall_policy = 3", 'rule_set = "RS-NONE"'])
def test_a_wrong_item_is_named_and_nothing_is_kept(lawful: Town, item: str) -> None:
    key = item.split(" ")[0]
    lines = [line for line in (HEAD + ITEM).splitlines() if not line.startswith(f"{key} =")]
    with pytest.raises(InvalidValues, match="清单有错误，没有改动：第 1 项"):
        _proposes(lawful, "\n".join(lines) + f"\n{item}\n")
    with lawful.database.reading() as c:
        assert list_upload.waiting(c, "qs") is None


@pytest.mark.parametrize(("document", "refusal"), [
    ("", InvalidValues), ("item = 5", InvalidValues), ("[[item]]", InvalidValues), ("list = 1\n[[item]]\ncode='x'", InvalidValues),
    ("[list", InvalidValues), ("item = [1]", InvalidValues), ("#" * (4 * 1024 * 1024 + 1), UnsafeInput),
    (HEAD + ITEM * 501, InvalidValues), (HEAD + ITEM * 2, InvalidValues)])
def test_what_is_no_list_is_refused(lawful: Town, document: str, refusal: type) -> None:
    with pytest.raises(refusal):
        _proposes(lawful, document)


def test_the_sample_list_is_read_as_it_is_written() -> None:
    assert len(sample.rows(tomllib.loads(LIST))) == len(sample.codes())


def test_open_cases_of_a_changed_item_are_known(town: Town) -> None:
    docket: Any = Docket(town)
    case = docket.begins_filed(sign())
    found = docket.reads(powers_in_use.in_flight, "qs", "SR-sign")
    assert [one.instance_id for one in found] == [case]
