"""The name under which a browser keeps what it downloads. Headers hold Latin signs alone: any other name is written as RFC 6266 says."""

from urllib.parse import quote

from flask import Response


def name_file(answer: Response, name: str, *, inline: bool = False) -> Response:
    """Name the file of an answer; `inline` shows it in the browser instead of keeping it."""
    plain = "".join(sign if sign.isascii() and sign.isprintable() and sign not in '"\\%' else "_" for sign in name)
    way = "inline" if inline else "attachment"
    answer.headers["Content-Disposition"] = f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return answer
