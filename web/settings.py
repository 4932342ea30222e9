"""All settings in one frozen object: from environment variables (GRIDLOOP_…), a TOML file, and defaults, in this order."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from engine.notifications.mail import SECURITY

PREFIX = "GRIDLOOP_"
FILE = "gridloop.toml"
ROOT = Path(__file__).resolve().parent.parent
OTHERS = ("config", "require_browser", "seed", "profile", "test_postgres")
"""Variables under the same prefix that are no settings: where the file is, and what the tests go by."""
RANGES = {"port": (1, 65535), "threads": (1, 200), "session_idle_minutes": (1, 1440), "session_hours": (1, 720), "upload_mb": (1, 200),
          "worker_wait_seconds": (1, 3600), "mail_port": (1, 65535)}
MESSAGES = ("site", "webhook_url", "webhook_secret", "mail_host", "mail_sender", "tls_authority")
HIDDEN = ("mail_password", "webhook_secret")
SHORTEST_SECRET = 16


class SettingsError(Exception):
    """One or more settings are missing or wrong; the text names all of them at once."""


@dataclass(frozen=True)
class Settings:
    """What is in force. Every field can be set as GRIDLOOP_<NAME> or in the TOML file under the same name in lower case."""

    database_url: str = "sqlite:///var/gridloop.db"
    data: str = "var"
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    demo: bool = False
    secure_cookies: bool = False
    trusted_proxy: str = ""
    session_idle_minutes: int = 30
    session_hours: int = 12
    upload_mb: int = 20
    bpmn: str = str(ROOT / "bpmn")
    forms: str = str(ROOT / "forms")
    worker_wait_seconds: int = 30
    site: str = ""
    mail_host: str = ""
    mail_port: int = 587
    mail_security: str = "starttls"
    mail_user: str = ""
    mail_password: str = field(default="", repr=False)
    mail_sender: str = ""
    webhook_url: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    tls_authority: str = ""
    source: str = "默认值"

    @property
    def files(self) -> Path:
        """The folder of evidence photos, absolute: Flask would look for a relative one beside its templates."""
        return Path(self.data).resolve() / "files"

    @property
    def embedded(self) -> bool:
        """SQLite: web and worker live in one process."""
        return self.database_url.startswith("sqlite")

    def shown(self) -> dict[str, Any]:
        """For `gridloop config`: everything in force, with passwords, secrets and what may be one in an address hidden."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        values |= {name: "***" for name in HIDDEN if values[name]}
        place = urlsplit(self.webhook_url)
        address = urlunsplit(place._replace(query="***")) if place.query else self.webhook_url
        return values | {"webhook_url": address, "database_url": make_url(self.database_url).render_as_string(hide_password=True)}


def load(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read the settings once. `overrides` (from the command line) go before everything else.

    Raises SettingsError naming every wrong or unknown setting.
    """
    environment = os.environ if environment is None else environment
    path = Path(environment.get(PREFIX + "CONFIG", FILE))
    known = {f.name: f for f in fields(Settings) if f.name != "source"}
    values, faults = _from_file(path, required=PREFIX + "CONFIG" in environment)
    faults += [f"{path}：不认识的设置“{name}”" for name in values if name not in known]
    found = {name: value for name, value in values.items() if name in known}
    accepted = {PREFIX + name.upper() for name in (*known, *OTHERS)}
    faults += [f"不认识的环境变量“{name}”" for name in sorted(environment) if name.startswith(PREFIX) and name not in accepted]
    for name in known:
        if (text := environment.get(PREFIX + name.upper())) is not None:
            found[name] = text
    found |= {name: value for name, value in overrides.items() if value is not None}
    for name, value in list(found.items()):
        try:
            found[name] = _converted(name, known[name].type, value)
        except ValueError:
            said = "***" if name in HIDDEN else value
            faults.append(f"设置 {name} 的值“{said}”不正确，应为{_wanted(name, str(known[name].type))}")
    faults += _database_faults(str(found.get("database_url", Settings.database_url)))
    faults += _message_faults({name: str(found.get(name) or "") for name in MESSAGES} | {"mail_security": str(
        found.get("mail_security", Settings.mail_security))})
    if faults:
        raise SettingsError("；".join(faults))
    return Settings(**found, source=str(path) if values else Settings.source)


def _wanted(name: str, kind: str) -> str:
    if name in RANGES:
        return "{} 至 {} 的整数".format(*RANGES[name])
    return " true 或 false" if "bool" in kind else "文字"


def _from_file(path: Path, required: bool) -> tuple[dict[str, Any], list[str]]:
    try:
        return tomllib.loads(path.read_text("utf-8")), []
    except FileNotFoundError:
        return {}, [f"找不到配置文件“{path}”"] if required else []
    except OSError as error:
        return {}, [f"配置文件“{path}”读不出来（{error.strerror}），请检查权限"]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {}, [f"配置文件“{path}”不是正确的 TOML：{error}"]


def _converted(name: str, kind: Any, value: Any) -> Any:
    """The value in its kind. Raises ValueError."""
    if kind is bool:
        if isinstance(value, bool):
            return value
        if str(value).lower() in ("1", "true", "yes", "on"):
            return True
        if str(value).lower() in ("0", "false", "no", "off", ""):
            return False
        raise ValueError(value)
    if kind is int:
        low, high = RANGES[name]
        if isinstance(value, bool | float) or not low <= int(value) <= high:
            raise ValueError(value)
    elif not isinstance(value, str):
        raise ValueError(value)
    return kind(value)


def _message_faults(given: Mapping[str, str]) -> list[str]:
    """What is missing or wrong for sending messages; nothing is said where nothing is to be sent."""
    faults = [f"{name} 应为 http:// 或 https:// 开头的完整地址，不含用户名和口令" for name in ("site", "webhook_url")
              if given[name] and not _is_address(given[name])]
    if given["webhook_url"] and len(given["webhook_secret"]) < SHORTEST_SECRET:
        faults.append(f"设了 webhook_url 就要设 webhook_secret，至少 {SHORTEST_SECRET} 个字符，与接收方约定")
    if given["mail_host"] and not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", given["mail_sender"]):
        faults.append("设了 mail_host 就要设 mail_sender，即发件邮箱，例如 gridloop@example.gov.cn")
    if given["mail_security"] not in SECURITY:
        faults.append(f"mail_security 应为 {'、'.join(SECURITY)} 之一")
    if given["tls_authority"] and not Path(given["tls_authority"]).is_file():
        faults.append(f"tls_authority：找不到证书文件“{given['tls_authority']}”")
    return faults


def _is_address(text: str) -> bool:
    try:
        place = urlsplit(text)
        return place.scheme in ("http", "https") and bool(place.hostname) and place.username is None and (place.port or 1) > 0 \
            and text.isascii() and not any(letter.isspace() for letter in text)
    except ValueError:
        return False


def _database_faults(url: str) -> list[str]:
    try:
        place = make_url(url)
    except ArgumentError:
        return ["database_url 不是正确的数据库地址，例如 sqlite:///var/gridloop.db 或 postgresql+psycopg://用户:口令@主机/库名"]
    kind = place.get_backend_name()
    if kind not in ("sqlite", "postgresql"):
        return [f"不支持的数据库“{kind}”，请使用 sqlite 或 postgresql+psycopg"]
    if kind == "sqlite" and place.database in (None, "", ":memory:"):
        return ["database_url 要写明 SQLite 数据库文件，例如 sqlite:///var/gridloop.db"]
    return []
