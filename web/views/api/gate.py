"""The door of the interface: who calls, by which token, for what, and that nothing is done twice."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Response, current_app, g, jsonify, request
from sqlalchemy import Connection
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from engine.administration import tokens
from engine.errors import NotAllowed, NotFound
from engine.people import directory
from web.auth import policy
from web.context import database
from web.errors import SignInNeeded, problem
from web.views.api.bodies import LARGEST, Body, Malformed, read

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
KEY = re.compile(r"[A-Za-z0-9_\-.:]{8,64}")
ITEM = re.compile(r"[A-Za-z0-9\-]{1,64}")
LARGEST_ID = 2**53

View = TypeVar("View", bound=Callable[..., object])


def scope(name: str, body: Body | None = None, query: Body | None = None) -> Callable[[View], View]:
    """Declare what a token must be good for, and what a request may contain. No cookie is looked at, so no foreign page can ask."""
    def declare(view: View) -> View:
        view.scope, view.body, view.query = name, body, query or Body("nothing")  # type: ignore[attr-defined]
        return policy(public=True, csrf=False)(view)
    return declare


@blueprint.before_request
def _let_in() -> None:
    """Raises SignInNeeded without a valid token, NotAllowed when it is good for something else."""
    g.session = g.participant = None
    wanted = _declared("scope")
    if wanted is None:
        return
    word, _, secret = request.headers.get("Authorization", "").partition(" ")
    with database().reading() as c:
        token = tokens.find(c, secret.strip()) if word.lower() == "bearer" else None
        if token is None:
            raise SignInNeeded("请求没有有效的令牌（Authorization: Bearer …）。令牌由安全管理员发放。")
        try:
            g.participant, g.token = directory.participant(c, token.person_id), token
        except NotFound as error:
            raise SignInNeeded("令牌所代表的人员已停用。") from error
    if wanted not in token.scopes:
        raise NotAllowed(f"这个令牌没有“{tokens.SCOPES[wanted]}”的用途。")
    if tokens.is_stale(token):
        database().run(lambda c: tokens.touch(c, token.id))


def _declared(name: str) -> Any:
    """What the view of this request declared; None for a view that declared nothing."""
    return getattr(current_app.view_functions[str(request.endpoint)], name, None)


def asked() -> dict[str, Any]:
    """The checked query of this request; numbers as numbers. Raises InvalidValues."""
    described = _declared("query")
    given: dict[str, Any] = {}
    for name, values in request.args.lists():
        number = name in described.parts and described.parts[name].kind == "integer" and re.fullmatch(r"\d{1,16}", values[0])
        given[name] = values if len(values) > 1 else int(values[0]) if number else values[0]
    return dict(described.checked(given))


def sent() -> dict[str, Any]:
    """The checked body of this request. Raises Malformed, InvalidValues."""
    if (request.content_length or 0) > LARGEST:
        raise RequestEntityTooLarge()
    document = request.get_data(cache=True)
    if document.strip() and request.mimetype != "application/json":
        raise UnsupportedMediaType()
    described = _declared("body")
    return dict(described.checked(read(document)))


def once(work: Callable[[Connection, dict[str, Any]], dict[str, Any]], target: object = None) -> dict[str, Any]:
    """Run one command with the checked body; the same Idempotency-Key gives the first answer again, with nothing done twice.

    Raises Malformed without a key, KeyReused when the key came with another content, and what the command raises.
    """
    asked()
    body, key = sent(), request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        raise Malformed("写入请求需要 Idempotency-Key 请求头：8 至 64 个字母、数字或 - _ . :，每次操作各用一个，重试时不变。")
    payload = [request.endpoint, target, body]
    return database().run(lambda c: work(c, body), key=f"api:{g.token.id}:{key}"[:80], payload=payload)


def item(item_id: str) -> str:
    """A work item's id that may be asked for. Raises NotFound for what cannot be one."""
    if not ITEM.fullmatch(item_id):
        raise NotFound()
    return item_id


def number(text: str) -> int:
    """A case's number in the database. Raises NotFound for what cannot be one."""
    if not re.fullmatch(r"\d{1,16}", text) or int(text) > LARGEST_ID:
        raise NotFound()
    return int(text)


@blueprint.errorhandler(Malformed)
def _malformed(refusal: Malformed) -> tuple[Response, int]:
    return problem(400, "请求有误", refusal.message), 400


@blueprint.errorhandler(SignInNeeded)
def _unknown(refusal: SignInNeeded) -> tuple[Response, int, dict[str, str]]:
    return problem(401, "需要令牌", refusal.message), 401, {"WWW-Authenticate": "Bearer"}


def answer(value: dict[str, Any], status: int = 200) -> tuple[Response, int]:
    """The answer as JSON."""
    return jsonify(value), status
