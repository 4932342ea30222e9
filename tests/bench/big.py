"""The process that is measured: 80 elements, 24 user steps, parallel blocks, choices, reminders; for our engine and for the stock one."""

from html import escape
from xml.sax.saxutils import quoteattr

from tests.notation import xml

BLOCKS = 6
ROLE = 'gl:role="grid_worker" gl:scope="grid"'
STOCK = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="https://gridloop.dev/bench"'


def ours(blocks: int = BLOCKS) -> bytes:
    """In our notation, expressions in FEEL."""
    return xml(_text(blocks, ROLE, '<timeDuration>"P3D"</timeDuration>', "total = total + {k}", "true"))


def stock(blocks: int = BLOCKS) -> bytes:
    """The same diagram for the library as it comes, expressions in Python."""
    text = _text(blocks, "", '<timeDuration>"P3D"</timeDuration>', "total = total + {k}", "True")
    body = xml(text).decode()
    for line in text.splitlines():
        if line.startswith("script "):
            _, node, rest = line.split(" ", 2)
            name, _, value = rest.partition("=")
            old = f'<scriptTask id="{node}" scriptFormat="feel" gl:resultVariable="{name.strip()}"><script>{escape(value)}</script>'
            body = body.replace(old, f"<scriptTask id={quoteattr(node)}><script>{escape(rest)}</script>")
    return body.encode()


def variables() -> dict[str, object]:
    """About 2 KB of form values."""
    lines = [{"no": n, "desc": f"第 {n} 项 " + "x" * 20, "qty": 3, "price": 1250} for n in range(12)]
    return {"lines": lines, **{f"f{n}": f"value {n} " + "y" * 20 for n in range(16)}}


def _text(blocks: int, role: str, timer: str, add: str, yes: str) -> str:
    nodes, flows, before = ["start s", "script i1 amount = 500", "script i2 total = 0"], ["s -> i1 -> i2"], "i2"
    for k in range(blocks):
        p = f"b{k}_"
        nodes += [f'user {p}u1 name="一" {role}', f"script {p}sc {add.format(k=k)}", f'xor {p}x default="f_{p}x_{p}s2"',
                  f'user {p}u2 name="二" {role}', f"script {p}s2 flag_{k} = {yes}", f"xor {p}m", f"par {p}p",
                  f'user {p}ua name="三" {role}', f'user {p}ub name="四" {role}', f"par {p}j",
                  f'<boundaryEvent id="{p}bt" attachedToRef="{p}u1" cancelActivity="false"><timerEventDefinition>{timer}'
                  "</timerEventDefinition></boundaryEvent>",
                  f"script {p}rem reminded = {yes}", f"end {p}re"]
        flows += [f"{before} -> {p}u1 -> {p}sc -> {p}x", f"{p}x -> {p}u2 [amount > 100]", f"{p}x -> {p}s2", f"{p}u2 -> {p}m",
                  f"{p}s2 -> {p}m -> {p}p", f"{p}p -> {p}ua -> {p}j", f"{p}p -> {p}ub -> {p}j", f"{p}bt -> {p}rem -> {p}re"]
        before = f"{p}j"
    return "\n".join([*nodes, "end e", *flows, f"{before} -> e"])
