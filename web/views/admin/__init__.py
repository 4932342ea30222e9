"""Pages of the three administrators: 系统 (people, units, parameters, incidents, self-check), 安全 (passwords, tokens), 审计 (record)."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
NAV = (
    ("admin.people", "人员与岗位", "users", "administer"),
    ("admin.qualifications", "证件资格", "shield", "administer"),
    ("admin.units", "单位", "folder", "administer"),
    ("admin.parameters", "参数", "settings", "administer"),
    ("admin.calendar", "工作日历", "table", "administer"),
    ("admin.incidents", "异常", "alert", "administer"),
    ("admin.messages", "消息送达", "bell", "administer"),
    ("admin.check", "系统自检", "check", "administer"),
    ("admin.accounts", "账号安全", "shield", "secure"),
    ("admin.tokens", "接口令牌", "file", "secure"),
    ("admin.records", "操作记录", "list", "audit"),
)

# The modules hang their routes on the blueprint.
from web.views.admin import calendar, checking, delivering, people, qualifications, running, security, units  # noqa: E402

__all__ = ["blueprint", "calendar", "checking", "delivering", "people", "qualifications", "running", "security", "units"]
