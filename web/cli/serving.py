"""serve, worker, migrate: the long-running processes."""

import errno
import signal
import socket
import tempfile
import threading

import click
import waitress
from flask import Response, request

from engine import migrations
from engine.database import Database
from engine.errors import Unavailable
from web import assets, channels, create_app, demo, settings
from web.cli.opening import opened
from web.scheduler import Worker
from web.settings import Settings


@click.command()
@click.option("--host", help="监听地址 / address to listen on")
@click.option("--port", type=int, help="端口 / port")
@click.option("--demo", "with_demo", is_flag=True, default=None, help="演示环境：首次启动时装入示例镇 / demo town on first start")
def serve(host: str | None, port: int | None, with_demo: bool | None) -> None:
    """启动网页服务；SQLite 时定时器也在同一进程中运行。Serve the web pages (with the worker inside on SQLite)."""
    in_force = settings.load(host=host, port=port, demo=with_demo)
    _must_be_able(in_force)
    with opened(write=True, migrate=in_force.embedded or in_force.demo, given=in_force) as (_, db):
        if in_force.demo:
            demo.fill(in_force, db, click.echo)
        _serve(in_force, db)


def _must_be_able(in_force: Settings) -> None:
    """What would only come out later, perhaps after a minute of filling, is said at once. Raises Unavailable."""
    if not assets.manifest():
        raise Unavailable("页面资源没有构建，请先运行 make setup。")
    try:
        in_force.files.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=in_force.files):
            pass
    except OSError as error:
        raise Unavailable(f"数据目录“{in_force.data}”不能写入，请检查权限和磁盘空间。", cause=str(error)) from error
    try:
        with socket.create_server((in_force.host, in_force.port), family=_family(in_force.host)):
            pass
    except OSError as error:
        raise _not_listening(in_force, error) from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _not_listening(in_force: Settings, error: OSError) -> Unavailable:
    place = f"{in_force.host}:{in_force.port}"
    if error.errno == errno.EADDRINUSE:
        return Unavailable(f"{place} 已被占用。如果那就是 Gridloop，直接打开即可；否则请换一个端口（GRIDLOOP_PORT 或 --port）。",
                           cause=str(error))
    return Unavailable(f"不能在 {place} 上监听，请检查地址和端口（--host、--port）。", cause=str(error))


def _worker(in_force: Settings, db: Database) -> Worker:
    return Worker(db, max_wait=in_force.worker_wait_seconds, files=in_force.files, channels=channels.of(in_force), site=in_force.site)


def _serve(in_force: Settings, db: Database) -> None:
    worker = _worker(in_force, db) if in_force.embedded else None
    app = create_app(in_force, db)
    if worker is not None:
        app.after_request(lambda response: _passing_by(worker, response))
        worker.start()
    try:
        server = waitress.create_server(app, host=in_force.host, port=in_force.port, threads=in_force.threads,
                                        max_request_body_size=(in_force.upload_mb * 12) << 20, ident=None, **behind(in_force))
    except OSError as error:
        raise _not_listening(in_force, error) from error
    click.echo(f"Gridloop 已启动：http://{in_force.host}:{in_force.port}  （按 Ctrl+C 停止）")
    try:
        server.run()
    finally:
        if worker is not None:
            worker.stop()


def behind(in_force: Settings) -> dict[str, object]:
    """What a named proxy says of the caller is believed; without one, nothing in a request's headers is."""
    if not in_force.trusted_proxy:
        return {}
    return {"trusted_proxy": in_force.trusted_proxy, "trusted_proxy_count": 1, "clear_untrusted_proxy_headers": True,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}}


def _passing_by(worker: Worker, response: Response) -> Response:
    """Every request looks after the alarm clock, and a write may have made something due earlier."""
    worker.guard()
    if request.method == "POST" and response.status_code < 400:
        worker.wake_in()
    return response


@click.command()
def worker() -> None:
    """运行定时器和后台任务（PostgreSQL 可同时运行多个）。Run timers and jobs; several at once on PostgreSQL."""
    with opened(write=True) as (in_force, db):
        if in_force.embedded:
            raise Unavailable("SQLite 只能有一个进程：gridloop serve 已包含定时器，不需要单独运行 worker。")
        running, stop = _worker(in_force, db), threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        running.start()
        click.echo("定时器和后台任务已启动。")
        stop.wait()
        running.stop()


@click.command()
def migrate() -> None:
    """建立或升级数据库表。Create or upgrade the database schema."""
    with opened(write=True, migrate=True) as (in_force, db):
        click.echo(f"数据库已是最新版本 {migrations.state(db)[0]}（{in_force.shown()['database_url']}）。")


COMMANDS = (serve, worker, migrate)
