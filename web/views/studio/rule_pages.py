"""The pages of `docs/rules` inside the application: a small part of Markdown, everything escaped first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from engine.definitions.linter import all_rules
from engine.errors import NotFound
from web.settings import ROOT

FOLDER = ROOT / "docs" / "rules"
NAME = re.compile(r"[a-z0-9][a-z0-9\-]{0,60}")
HEADING = re.compile(r"(#{1,4}) +(.*)")
ITEM = re.compile(r"\s*(?:[-*]|\d+\.) +(.*)")
INLINE = ((re.compile(r"`([^`]+)`"), r"<code>\1</code>"), (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
          (re.compile(r"\[([^\]]+)\]\(([a-z0-9\-]+)\.md\)"), r'<a href="\2">\1</a>'))


@dataclass(frozen=True)
class RulePage:
    """A rule in the list."""

    code: str
    page: str
    severity: str
    title: str


def listed() -> tuple[RulePage, ...]:
    """Every rule, by code."""
    return tuple(RulePage(rule.code, rule.page, str(rule.severity), _title(rule.page, rule.code)) for rule in all_rules())


def _title(page: str, code: str) -> str:
    """The heading of the rule's page without its code; the code where no page is."""
    path = FOLDER / f"{page}.md"
    if not path.is_file():
        return code
    first = path.read_text("utf-8").partition("\n")[0]
    return first.lstrip("# ").removeprefix(code).strip() or code


def rendered(page: str) -> Markup:
    """The page as HTML. Raises NotFound."""
    path = FOLDER / f"{page}.md"
    if not NAME.fullmatch(page) or not path.is_file():
        raise NotFound("没有这条规则的说明，请返回规则列表重新选择。")
    return Markup("\n").join(_blocks(path.read_text("utf-8")))


def _blocks(text: str) -> Iterator[Markup]:
    """Fences first: nothing inside them means anything."""
    for number, part in enumerate(re.split(r"^```.*$", text, flags=re.MULTILINE)):
        if number % 2:
            yield Markup("<pre>{}</pre>").format(part.strip("\n"))
        else:
            yield from (_block(block) for block in re.split(r"\n\s*\n", part) if block.strip())


def _block(block: str) -> Markup:
    lines = block.strip("\n").splitlines()
    heading = HEADING.fullmatch(lines[0])
    if heading:
        level = min(len(heading[1]) + 1, 4)
        rest = "\n".join(lines[1:])
        title = Markup("<h{0}>{1}</h{0}>").format(level, _inline(heading[2]))
        return title + (_block(rest) if rest.strip() else Markup(""))
    if lines[0].lstrip().startswith("|"):
        return _table(lines)
    if all(ITEM.fullmatch(line) or line.startswith(" ") for line in lines):
        return Markup("<ul>{}</ul>").format(Markup("").join(_items(lines)))
    return Markup("<p>{}</p>").format(_inline(" ".join(lines)))


def _items(lines: list[str]) -> Iterator[Markup]:
    """A line that is no item goes on with the one before."""
    texts: list[str] = []
    for line in lines:
        item = ITEM.fullmatch(line)
        if item:
            texts.append(item[1])
        else:
            texts[-1] += " " + line.strip()
    return (Markup("<li>{}</li>").format(_inline(text)) for text in texts)


def _table(lines: list[str]) -> Markup:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    kept = [row for row in rows if not all(set(cell) <= set("-: ") for cell in row)]
    body = Markup("").join(Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(_inline(cell)) for cell in row))
                           for row in kept)
    return Markup('<div class="table-wrap"><table class="table"><tbody>{}</tbody></table></div>').format(body)


def _inline(text: str) -> Markup:
    """Escaped before any mark is looked for, so that a page can never bring in tags of its own."""
    html = str(escape(text))
    for pattern, replacement in INLINE:
        html = pattern.sub(replacement, html)
    return Markup(html)
