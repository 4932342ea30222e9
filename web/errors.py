"""One table: a refusal, its status, and what the page says. No rule is decided here."""

import logging
import secrets
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from engine import errors
from engine.errors import EngineError
from web.context import is_part

log = logging.getLogger(__name__)


class SignInNeeded(EngineError):
    """Nobody is signed in, or the session has run out."""

    default = "登录已过期，请重新登录。您填写的内容已自动保存为草稿。"


class ForgedRequest(EngineError):
    """The request does not come from a page of ours, or the page is older than the session."""

    default = "页面已失效，请刷新页面后再提交。"


STATUS: dict[type[EngineError], tuple[int, str]] = {
    errors.NotFound: (404, "没有找到"),
    errors.NotAllowed: (403, "不能进行这项操作"),
    errors.InvalidValues: (422, "内容需要更正"),
    errors.InvalidDefinition: (422, "流程定义有错误"),
    errors.UnsafeInput: (422, "文件不能接收"),
    errors.ExpressionFailed: (409, "流程设置有误"),
    errors.StepBudgetExceeded: (409, "流程设置有误"),
    errors.InvalidState: (409, "情况已经变化"),
    errors.JumpRefused: (409, "不能退回"),
    errors.TooEarly: (409, "法定期限不允许"),
    errors.DeadlineRefused: (422, "期限不能这样登记"),
    errors.Conflict: (409, "情况已经变化"),
    errors.KeyReused: (409, "重复提交"),
    errors.Busy: (503, "系统正忙"),
    errors.UnknownOutcome: (503, "结果待确认"),
    errors.Unavailable: (503, "系统暂停服务"),
    EngineError: (500, "操作没有完成"),
    SignInNeeded: (401, "请先登录"),
    ForgedRequest: (400, "页面已失效"),
}

PLAIN = {
    400: ("请求有误", "请返回上一页重新操作。"),
    403: ("不能进行这项操作", errors.NotAllowed.default),
    404: ("没有找到", errors.NotFound.default),
    405: ("不能这样打开", "请返回上一页，用页面上的按钮操作。"),
    413: ("文件太大", "一次上传的内容超过上限。请减少照片数量，或分几次上传。"),
    415: ("内容格式不对", "请求的内容应为 JSON（Content-Type: application/json）。"),
    429: ("操作太频繁", "请稍等几分钟再试。"),
}


def status_of(refusal: EngineError) -> tuple[int, str]:
    """Status and headline; a subclass without a line of its own is answered like its parent."""
    for kind in type(refusal).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return STATUS[EngineError]


def wants_json() -> bool:
    """True for programs: they ask for JSON, or use the interface under /api."""
    accepted = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or ("application/json" in accepted and "text/html" not in accepted)


def problem(status: int, title: str, message: str, **more: Any) -> Response:
    """The refusal as RFC 9457 describes it, for the programming interface."""
    answer = jsonify({"type": "about:blank", "status": status, "title": title, "detail": message, **more})
    answer.content_type = "application/problem+json"
    return answer


def page(status: int, title: str, message: str, **more: Any) -> tuple[Any, int, dict[str, str]]:
    """The refusal for a person (whole page or piece) or for a program."""
    headers = {"Retry-After": "3"} if status == 503 else {}
    if request.path.startswith("/api/"):
        return problem(status, title, message, **more), status, headers
    if wants_json():
        return jsonify({"error": {"status": status, "title": title, "message": message, **more}}), status, headers
    template = "errors/part.html" if is_part() else "errors/page.html"
    return render_template(template, status=status, title=title, message=message, **more), status, headers


def _refused(refusal: EngineError) -> tuple[Any, int, dict[str, str]]:
    status, title = status_of(refusal)
    log.info("refused %s %s: %s %s", request.method, request.path, type(refusal).__name__, refusal.detail)
    more = {"errors": refusal.errors} if isinstance(refusal, errors.InvalidValues) else {}
    return page(status, title, refusal.message, **more)


def _http(error: HTTPException) -> tuple[Any, int, dict[str, str]]:
    status = error.code or 500
    title, message = PLAIN.get(status, ("操作没有完成", EngineError.default))
    answer, status, headers = page(status, title, message)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer, status, headers


def _unexpected(error: Exception) -> tuple[Any, int, dict[str, str]]:
    incident = secrets.token_hex(4)
    log.exception("incident %s: %s %s", incident, request.method, request.path)
    return page(500, "系统出错了", f"这次操作没有完成，已记录编号 {incident}。请稍后再试；若仍不行，请把编号告诉系统管理员。")


def install(app: Flask) -> None:
    """Answer every refusal by the table."""
    app.register_error_handler(EngineError, _refused)
    app.register_error_handler(HTTPException, _http)
    if not app.testing:
        app.register_error_handler(Exception, _unexpected)
