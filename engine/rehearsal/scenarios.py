"""Examples beside a process, as `scenarios.yaml` holds them: a name, and lines of who does what, how time passes, what is to be seen.

    - 场景: 村社劝导后改正
      步骤:
        - 上报: {岗位: grid_worker, 表单: {category: "0501"}}
        - 待办: {village_cadre: [村社纠正]}

Lines that are used often stand under 常用 and are named in 步骤. Nothing here is executed; `stage` plays it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from engine.errors import InvalidValues

LONGEST, MOST_STEPS, MOST_SCENARIOS = 200_000, 400, 200
"""Characters of a file, lines of one example, examples of a file."""
DOING = ("上报", "办理", "退回", "不许", "消息", "到", "经过", "发布", "记住")
EXPECTING = ("待办", "提醒", "期限", "结果", "办结")
NAME, STEPS, USUAL, LANGUAGE = "场景", "步骤", "常用", "语言"

Step = tuple[str, Any]


@dataclass(frozen=True)
class Scenario:
    """One example: its name, and its lines as (verb, what). `language`: "" for what a trial can play; other languages have more verbs,
    for pages outside of the diagram, and are played by the tests of the installation."""

    name: str
    steps: tuple[Step, ...]
    language: str = ""


class _Plain(yaml.SafeLoader):
    """YAML without aliases: a few lines of them may stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise InvalidValues({"scenarios": "例子文件中不能使用 YAML 的引用（*名称），请写出完整内容。"})
        return super().compose_node(parent, index)


def read(text: str) -> tuple[Scenario, ...]:
    """The examples of a file. Raises InvalidValues that says which example is wrong, and how."""
    entries = _parsed(text)
    usual: dict[str, Any] = {}
    for entry in entries:
        usual.update(entry.get(USUAL) or {})
    language = "".join(str(entry[LANGUAGE]) for entry in entries if LANGUAGE in entry)
    found = tuple(_scenario(entry, usual, language) for entry in entries if NAME in entry)
    names = [one.name for one in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidValues({"scenarios": f"有两个例子都叫“{twice}”，请改一个名称。"})
    return found


def added(text: str, one: Scenario) -> str:
    """The file with one more example at its end; what is there already, comments included, stays as it is.

    Raises InvalidValues (the name is taken, or the file is wrong).
    """
    grown = text.rstrip("\n") + "\n\n" + written(one) if text.strip() else written(one)
    read(grown)
    return grown


def written(one: Scenario) -> str:
    """One example as text of the file."""
    entry = {NAME: one.name, STEPS: [{verb: what} for verb, what in one.steps]}
    return yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=10_000, default_flow_style=None)


def _parsed(text: str) -> list[dict[str, Any]]:
    if len(text) > LONGEST:
        raise InvalidValues({"scenarios": f"例子文件超过 {LONGEST // 1000} 千字，请拆分或删减。"})
    try:
        entries = _Plain(text).get_single_data()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise InvalidValues({"scenarios": f"例子文件第 {mark.line + 1 if mark else '?'} 行附近写法有误，请检查缩进和冒号。"}) from error
    except RecursionError as error:
        raise InvalidValues({"scenarios": "例子文件嵌套太深，请简化。"}) from error
    if entries is None:
        return []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries) or len(entries) > MOST_SCENARIOS:
        raise InvalidValues({"scenarios": f"例子文件应是一个列表，每一项写“{NAME}”和“{STEPS}”，最多 {MOST_SCENARIOS} 个。"})
    return entries


def _scenario(entry: Mapping[str, Any], usual: Mapping[str, Any], language: str) -> Scenario:
    name, steps = str(entry[NAME]), entry.get(STEPS)
    if not isinstance(steps, list) or not steps or len(steps) > MOST_STEPS:
        raise InvalidValues({"scenarios": f"例子“{name}”要有 1 到 {MOST_STEPS} 个步骤。"})
    return Scenario(name, tuple(_step(name, number, step, usual) for number, step in enumerate(steps, 1)), language)


def _step(name: str, number: int, step: Any, usual: Mapping[str, Any]) -> Step:
    found = usual.get(step) if isinstance(step, str) else step
    if not isinstance(found, dict) or len(found) != 1:
        raise InvalidValues({"scenarios": f"例子“{name}”第 {number} 步写法有误：应是“动作: 内容”一行，或“{USUAL}”里有的名称。"})
    (verb, what), = found.items()
    return str(verb), what
