"""What can be read at one sitting: files, functions, arguments; and marks of unfinished work."""

import ast
import re

from tests.house.sources import CODE, Function, files, functions, length, text, tree

FILE, FUNCTION, ARGUMENTS = 400, 40, 5
PYTHON = files(".py")
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b|raise NotImplemented" r"Error")


def test_no_file_is_too_long():
    counted = {path: text(path).count("\n") for path in files(*CODE)}

    assert len(counted) > 200
    assert {path: lines for path, lines in counted.items() if lines > FILE} == {}


def test_no_function_is_too_long():
    assert [f"{path}:{one.name}" for path in PYTHON for one in functions(path) if length(one) > FUNCTION] == []


def test_no_function_takes_too_many_arguments():
    found = [f"{path}:{one.name}" for path in PYTHON for one in _named(path) if _positional(one) > ARGUMENTS]

    assert found == []


def _named(path: str) -> list[Function]:
    """Functions and methods that others call: a test's arguments are its fixtures, an inner function's are its library's."""
    body = [*tree(path).body, *(inner for node in tree(path).body if isinstance(node, ast.ClassDef) for inner in node.body)]
    return [node for node in body if isinstance(node, Function) and not node.name.startswith("test_") and not _fixture(node)]


def _fixture(function: Function) -> bool:
    return any("fixture" in ast.unparse(decorator) for decorator in function.decorator_list)


def _positional(function: Function) -> int:
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def test_nothing_is_left_unfinished():
    assert [path for path in files(*CODE) if UNFINISHED.search(text(path))] == []


def test_no_exception_is_swallowed_in_silence():
    silent = [
        f"{path}:{handler.lineno}"
        for path in PYTHON
        for handler in ast.walk(tree(path))
        if isinstance(handler, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in handler.body)
    ]
    bare = [f"{path}:{h.lineno}" for path in PYTHON for h in ast.walk(tree(path)) if isinstance(h, ast.ExceptHandler) and h.type is None]

    assert (silent, bare) == ([], [])


def test_every_module_says_what_it_owns():
    dumb = [path for path in PYTHON if text(path).strip() and ast.get_docstring(tree(path)) is None]

    assert dumb == []
