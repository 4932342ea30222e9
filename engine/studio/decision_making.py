"""A new decision table of a draft: one condition, one result, one row, to be filled in by the decision editor."""

import re
from xml.sax.saxutils import escape, quoteattr

from engine.errors import InvalidValues
from engine.studio.choices import decisions_of
from engine.studio.drafts import Draft

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")
LONGEST_NAME = 80

TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="{key}_definitions" name={name} \
namespace="https://gridloop.dev/dmn/{process}/{key}">
  <decision id="{key}" name={name}>
    <variable id="{key}_variable" name="{key}"/>
    <decisionTable id="{key}_table" hitPolicy="UNIQUE">
      <input id="{key}_input_1" label="条件">\
<inputExpression id="{key}_expression_1" typeRef="string"><text>{input}</text></inputExpression></input>
      <output id="{key}_output_1" label="结果" name="{key}_result" typeRef="string"/>
      <annotation name="说明"/>
      <rule id="{key}_rule_1">
        <inputEntry id="{key}_rule_1_in_1"><text>-</text></inputEntry>
        <outputEntry id="{key}_rule_1_out_1"><text>"结果"</text></outputEntry>
        <annotationEntry><text>没有条件时的结果，请改成自己的</text></annotationEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
"""


def begun(draft: Draft, key: str, name: str) -> dict[str, str]:
    """The file of a new table, by its name. Raises InvalidValues by field: key (written wrongly, taken) and name."""
    wrong: dict[str, str] = {}
    called = " ".join(name.split())
    tables = [file for file in draft.files if file.endswith(".dmn")]
    taken = {one.casefold() for file in tables for one in (file.removesuffix(".dmn"), *decisions_of(draft, file))}
    if not NAME.fullmatch(key):
        wrong["table"] = "编号以英文字母开头，只用英文字母、数字和下划线，最多 80 个字符，例如 triage。"
    elif key.casefold() in taken:
        wrong["table"] = f"编号“{key}”的决策表已经有了，请换一个，或者打开已有的那张。"
    if not 0 < len(called) <= LONGEST_NAME or not called.isprintable():
        wrong["name"] = f"请写名称，最多 {LONGEST_NAME} 个字，例如：分流去向。"
    if wrong:
        raise InvalidValues(wrong)
    return {f"{key}.dmn": TABLE.format(key=key, name=quoteattr(called), process=escape(draft.key), input="case.title")}
