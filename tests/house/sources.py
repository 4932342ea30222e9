"""What belongs to the project: the files under version control, read once, and their Python as syntax trees."""

import ast
import functools
import re
import subprocess
from collections.abc import Iterator

from tests.town import ROOT

Function = ast.FunctionDef | ast.AsyncFunctionDef
CODE = (".py", ".js", ".mjs", ".html", ".css", ".sh")


@functools.cache
def tracked() -> tuple[str, ...]:
    """Paths relative to the root, with forward slashes, of every file under version control that is there."""
    asked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(sorted(path for path in asked.stdout.split("\0") if path and (ROOT / path).is_file()))


def files(*endings: str, under: tuple[str, ...] = ("",)) -> list[str]:
    """The tracked files with one of the endings, in one of the folders."""
    return [path for path in tracked() if path.endswith(endings or ("",)) and path.startswith(under)]


@functools.cache
def text(path: str) -> str:
    """One file's text; empty when it is no text (a picture, a spreadsheet)."""
    try:
        return (ROOT / path).read_text("utf-8")
    except UnicodeDecodeError:
        return ""


@functools.cache
def tree(path: str) -> ast.Module:
    """One Python file's syntax tree."""
    return ast.parse(text(path), path)


def functions(path: str) -> Iterator[Function]:
    """Every function of a file, inner ones and methods too."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def length(function: Function) -> int:
    """Lines from the `def` to the end; decorators and the docstring do not count."""
    return function.end_lineno - function.lineno + 1 - _docstring_lines(function)


def body_lines(function: Function) -> int:
    """Lines of the body alone, the docstring left out."""
    body = function.body[1:] if _docstring_lines(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def _docstring_lines(function: Function) -> int:
    first = function.body[0]
    if not (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)):
        return 0
    return first.end_lineno - first.lineno + 1


def code(path: str) -> str:
    """A Python file as the machine reads it: no comments, no docstrings, one statement a line."""
    return ast.unparse(_Silent().visit(ast.parse(text(path), path)))


class _Silent(ast.NodeTransformer):
    """Takes away every text that stands alone as a statement."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        """A docstring becomes three dots, so that its block is not empty."""
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            node.value = ast.Constant(value=...)
        return node


def using(pattern: str, paths: list[str]) -> set[str]:
    """The Python files in whose code, comments and docstrings aside, the pattern occurs."""
    return {path for path in paths if re.search(pattern, code(path))}
