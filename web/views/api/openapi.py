"""The interface described in OpenAPI 3.1, made from the routes themselves, so that it cannot say anything else than they do."""

import functools
import re
from typing import Any

from flask import current_app
from werkzeug.routing import Rule

from engine.administration.tokens import SCOPES

REFUSALS = {"400": "请求有误：不是 JSON，或缺少 Idempotency-Key", "401": "没有有效的令牌", "403": "令牌或岗位无权进行",
            "404": "没有，或无权查看", "409": "情况已变化，或提交编号重复而内容不同", "413": "内容太大", "415": "内容不是 JSON",
            "422": "内容需要更正，errors 逐项说明", "503": "系统正忙，稍后用同一个 Idempotency-Key 重试"}
PROBLEM = {"type": "object", "required": ["status", "title", "detail"], "properties": {
    "type": {"type": "string"}, "status": {"type": "integer"}, "title": {"type": "string"}, "detail": {"type": "string"},
    "errors": {"type": "object", "additionalProperties": {"type": "string"}}}}
REFERENCE = {"$ref": "#/components/schemas/Problem"}
SUCCESS = {"report": "201", "message": "202"}
ABOUT_ALL = "令牌由安全管理员发放，代表一个人员，权限不超过其岗位。时间一律为 ISO 8601。"
ABOUT = {
    "report": "上报问题", "claim": "领取", "unclaim": "退回公共池", "complete": "办理", "transfer": "转办", "send_back": "退回",
    "comment": "留言", "urge": "催办", "message": "发送消息", "tasks": "待办列表", "task": "一项待办", "case": "一件事项"}


@functools.lru_cache(maxsize=4)
def _built(app: Any) -> dict[str, Any]:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.") and _view(app, rule) is not None]
    paths: dict[str, Any] = {}
    for rule in sorted(rules, key=lambda one: one.rule):
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule).removeprefix("/api/v1")
        paths.setdefault(path, {})["post" if "POST" in (rule.methods or ()) else "get"] = _operation(app, rule)
    return {
        "openapi": "3.1.0",
        "info": {"title": "网格闭环接口", "version": "1", "description": ABOUT_ALL},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}, "schemas": {"Problem": PROBLEM}},
    }


def document() -> dict[str, Any]:
    """The whole description, made once for an application."""
    return _built(current_app._get_current_object())  # type: ignore[attr-defined]


def _view(app: Any, rule: Rule) -> Any:
    view = app.view_functions[rule.endpoint]
    return view if hasattr(view, "scope") else None


def _operation(app: Any, rule: Rule) -> dict[str, Any]:
    view, name = _view(app, rule), rule.endpoint.partition(".")[2]
    refusals = [code for code in REFUSALS if view.body is not None or code not in ("400", "409", "413", "415")]
    described: dict[str, Any] = {
        "operationId": name, "summary": ABOUT[name], "description": f"用途：{SCOPES[view.scope]}（{view.scope}）",
        "parameters": _parameters(view, rule),
        "responses": {SUCCESS.get(name, "200"): {"description": "完成", "content": {"application/json": {"schema": {"type": "object"}}}}}
        | {code: {"description": REFUSALS[code], "content": {"application/problem+json": {"schema": REFERENCE}}} for code in refusals}}
    if view.body is not None:
        required = any(part.required for part in view.body.parts.values())
        described["requestBody"] = {"required": required, "content": {"application/json": {"schema": view.body.schema()}}}
    return described


def _parameters(view: Any, rule: Rule) -> list[dict[str, Any]]:
    inside = [{"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 64}}
              for name in sorted(rule.arguments)]
    query = [{"name": name, "in": "query", "required": False, "schema": part.schema()} for name, part in view.query.parts.items()]
    key = {"name": "Idempotency-Key", "in": "header", "required": True, "description": "每次操作一个，重试时不变",
           "schema": {"type": "string", "pattern": r"^[A-Za-z0-9_\-.:]{8,64}$"}}
    return inside + query + ([key] if view.body is not None else [])
