"""Every shipped template prints the sample case: nothing left over, names with rare characters, equal bytes, forbidden words absent."""

import copy
import datetime as dt
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.documents import catalogue, pages, rendering, templates
from engine.documents.catalogue import FOLDER, Document
from engine.documents.rendering import Job, Made

PRINTED = tuple(one for one in catalogue.everything().values() if one.made != "dossier")
WORD = tuple(one for one in PRINTED if one.owner == "word")
MOMENT = dt.datetime(2026, 3, 20, 2, tzinfo=dt.UTC)
SOFFICE = shutil.which("soffice")


def name(one: Document) -> str:
    return one.id


@cache
def sample() -> dict[str, Any]:
    return json.loads((FOLDER / "sample.json").read_text("utf-8"))


def printed(one: Document, **rooms: Any) -> Made:
    """The sample case on this paper; `rooms` replace parts of its data."""
    data = {**copy.deepcopy(sample()), **rooms}
    number = f"青镇综执{one.character}〔2026〕12号" if one.character else ""
    data["document"] = {**data["document"], "name": one.name, "number": number, "id": one.id}
    return rendering.render(templates.shipped(one), Job(data, MOMENT))


def text(one: Document, **rooms: Any) -> str:
    return "\n".join(pages.words(printed(one, **rooms).body))


@pytest.mark.parametrize("one", PRINTED, ids=name)
def test_the_sample_case_prints_the_same_twice(one: Document) -> None:
    first = printed(one)
    assert first.body == printed(one).body
    assert first.format == ("docx" if one.owner == "word" else "pdf")
    assert first.format == "docx" or pages.count(first.body) >= 1


@pytest.mark.parametrize("one", WORD, ids=name)
def test_a_word_document_reads_as_it_should(one: Document) -> None:
    said = text(one)
    assert said.startswith(f"{sample()['authority']['name']}\n{one.name}\n青镇综执{one.character}〔2026〕12号")
    assert f"{sample()['authority']['seal_name']}（印章）" in said and sample()["document"]["date"] in said
    assert not [sign for sign in ("{{", "}}", "{%", "None", "Undefined", "。。", "，，", "的的规定") if sign in said]
    assert not [word for word in one.forbidden if word in said]


@pytest.mark.parametrize("one", [one for one in WORD if "party.name" in one.required and one.audience == "party"], ids=name)
def test_a_name_with_rare_characters_stands_where_the_party_stands(one: Document) -> None:
    assert "堃喆" in text(one)


def test_a_penalty_decision_has_what_the_law_lists() -> None:
    said = text(catalogue.of("DOC-27"))
    for part in ("青石镇堃喆烧烤店", "擅自摆设烧烤摊", "现场检查笔录（1份2页），证明占道经营", "第十六条第二款", "伍仟元整（5000元）",
                 "十五日内", "X银行青石支行", "X市人民政府申请行政复议", "X市人民法院提起行政诉讼", "2026年3月20日",
                 "青镇综执告〔2026〕9号"):
        assert part in said, part


def test_a_decision_without_a_fine_asks_for_no_payment() -> None:
    decision = {**sample()["decision"], "has_fine": False, "fine_text": "", "fine_capital": "", "kinds_text": "警告"}
    said = text(catalogue.of("DOC-27"), decision=decision)
    assert "警告" in said and "加处罚款" not in said and "银行" not in said and "履行" in said


def test_reconsideration_first_leaves_no_direct_way_to_court() -> None:
    remedy = {**sample()["remedy"], "review_first": True}
    said = text(catalogue.of("DOC-27"), remedy=remedy)
    assert "应当先自收到本决定书之日起六十日内" in said and "直接向" not in said


def test_the_time_to_sue_is_what_the_town_says() -> None:
    assert "十五日内直接向" in text(catalogue.of("DOC-27"), remedy={**sample()["remedy"], "sue_within": "十五日"})


def test_on_the_spot_offers_reconsideration_alone() -> None:
    said = text(catalogue.of("DOC-28"))
    assert "应当先自收到本决定书之日起六十日内" in said and not [word for word in catalogue.of("DOC-28").forbidden if word in said]


def test_an_inventory_has_a_row_for_each_thing() -> None:
    things = [{"name": f"物品{n}", "spec": "", "count": "1件", "state": "完好", "note": ""} for n in range(30)]
    said = text(catalogue.of("DOC-12"), form={**sample()["form"], "inventory": things})
    assert all(f"物品{n}" in said for n in range(30)) and "{%" not in said


def test_a_demand_for_an_act_names_no_amount() -> None:
    said = text(catalogue.of("DOC-36"), dues=dict.fromkeys(sample()["dues"], ""))
    assert "金额和给付方式" not in said and "四、陈述和申辩的权利" in said


def test_hostile_words_stay_words() -> None:
    facts = {**sample()["case"], "facts": "<w:p>{{ 7*7 }} & “引号” {% if %}"}
    assert "<w:p>{{ 7*7 }} & “引号” {% if %}" in text(catalogue.of("DOC-15"), case=facts)
    assert pages.count(printed(catalogue.of("DOC-06"), form={**sample()["form"], "findings": "#set page() *粗* $x$ ]#"}).body) >= 1


def test_long_records_run_over_several_pages() -> None:
    talk = [{"question": f"问题{n}？", "answer": "回答" * 40} for n in range(60)]
    assert pages.count(printed(catalogue.of("DOC-07"), form={**sample()["form"], "dialogue": talk}).body) > 3


def test_signatures_and_refusals_are_printed() -> None:
    marks = [{"role": "officers", "name": "卫十", "certificate": "990100001", "at": "2026年3月9日19时50分", "picture": "", "refused": False,
              "reason": "", "witness": ""},
             {"role": "party", "name": "王堃喆", "certificate": "", "at": "", "picture": "", "refused": True, "reason": "不认可",
              "witness": "钱四"}]
    signed, blank = printed(catalogue.of("DOC-06"), signatures=marks), printed(catalogue.of("DOC-06"), signatures=[])
    assert signed.body != blank.body


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed: apt-get install libreoffice-writer-nogui")
def test_the_longest_word_documents_become_pdf(tmp_path: Path) -> None:
    paper = tmp_path / "DOC-27.docx"
    paper.write_bytes(printed(catalogue.of("DOC-27")).body)
    subprocess.run([str(SOFFICE), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf", "--outdir",
                    str(tmp_path), str(paper)], check=True, capture_output=True)
    assert 2 <= pages.count((tmp_path / "DOC-27.pdf").read_bytes()) <= 4
