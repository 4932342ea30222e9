"""Who is asking, may they, and does the request come from our own page: answered before any view runs.

Every route declares its policy with `@policy(...)`; one that does not is refused, and a guard test fails.
"""

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from engine.errors import NotAllowed, NotFound
from engine.people import Participant, directory, sessions
from web.context import database, is_part, settings
from web.errors import ForgedRequest, SignInNeeded, wants_json

View = TypeVar("View", bound=Callable[..., object])
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Policy:
    """Who may use a route: anybody (`public`), or a signed-in person who has one of the capabilities (none named: every signed-in person).

    `csrf=False` is only for routes that authenticate by something a foreign page cannot send, such as a bearer token.
    `quiet`: a page asks for it by itself, so it is no sign that a person is there, and an idle session still runs out.
    """

    capabilities: tuple[str, ...] = ()
    public: bool = False
    csrf: bool = True
    quiet: bool = False

    def allows(self, person: Participant | None) -> bool:
        """True when this person (None: nobody signed in) may use the route."""
        if self.public or person is None:
            return self.public
        return not self.capabilities or any(person.may(capability) for capability in self.capabilities)


def policy(*capabilities: str, public: bool = False, csrf: bool = True, quiet: bool = False) -> Callable[[View], View]:
    """Declare who may use a view. Stands directly above the function, below the route."""
    def declare(view: View) -> View:
        view.policy = Policy(capabilities, public, csrf, quiet)  # type: ignore[attr-defined]
        return view
    return declare


def policy_of(endpoint: str) -> Policy | None:
    """The declared policy of an endpoint."""
    return Policy(public=True) if endpoint == "static" else getattr(current_app.view_functions[endpoint], "policy", None)


def may_use(endpoint: str, person: Participant | None) -> bool:
    """True when the person may open the route: for menus and buttons."""
    declared = policy_of(endpoint)
    return declared is not None and declared.allows(person)


def cookie_name() -> str:
    """The session's cookie; the browser itself enforces what the prefix promises."""
    return "__Host-sid" if settings().secure_cookies else "sid"


def browser_secret() -> str:
    """What only this browser and this server know: the session's secret, or a visitor's own before signing in."""
    known = request.cookies.get(cookie_name()) or request.cookies.get("visitor")
    return known or str(g.setdefault("visitor", secrets.token_urlsafe(24)))


def csrf_token() -> str:
    """The word that every form carries."""
    return hmac.new(browser_secret().encode(), b"csrf", hashlib.sha256).hexdigest()


def address() -> str:
    """The caller's network address."""
    return request.remote_addr or "-"


def sign_in(account: str, password: str) -> str | None:
    """The secret of a new session, None when account and password do not fit, with the same answer and time for unknown accounts.

    Raises NotAllowed after too many failures.
    """
    return start_session(account) if knows_password(account, password) else None


def knows_password(account: str, password: str) -> bool:
    """True when they fit; a failure is counted, wherever the password was asked for. Raises NotAllowed after too many."""
    with database().reading() as c:
        if sessions.is_locked(c, account, address()):
            raise NotAllowed("登录失败次数过多，请 15 分钟后再试；忘记密码请联系本单位系统管理员。")
        fits = sessions.password_fits(c, account, password)
    if not fits:
        database().run(lambda c: sessions.note_failure(c, account, address()))
    return fits


def start_session(person_id: str) -> str:
    """Open a session for a person whose identity is already established."""
    agent = request.headers.get("User-Agent", "")
    return database().run(lambda c: sessions.open_session(c, person_id, address(), agent))


def with_session(response: Response | BaseResponse, secret: str) -> Response | BaseResponse:
    """The answer, with the session's cookie on it."""
    response.set_cookie(cookie_name(), secret, secure=settings().secure_cookies, httponly=True, samesite="Lax", path="/")
    return response


def forget_session(response: Response | BaseResponse) -> Response | BaseResponse:
    """The answer, with the cookie and the phone's cached pages removed."""
    response.delete_cookie(cookie_name(), secure=settings().secure_cookies, httponly=True, samesite="Lax", path="/")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _identify(quiet: bool) -> None:
    g.session = g.participant = None
    secret = request.cookies.get(cookie_name())
    if not secret or request.endpoint == "static":
        return
    with database().reading() as c:
        idle, absolute = dt.timedelta(minutes=settings().session_idle_minutes), dt.timedelta(hours=settings().session_hours)
        found = sessions.find(c, secret, idle, absolute)
        if found is None:
            return
        try:
            g.participant = directory.participant(c, found.person_id)
        except NotFound:
            return
    g.session = found
    if sessions.is_stale(found) and not quiet:
        database().run(lambda c: sessions.touch(c, found.id))


def _own_page() -> bool:
    """True unless the browser says that another site sent this request."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] == request.host


def _word_fits() -> bool:
    """The form carries the word of this browser."""
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf") or ""
    return hmac.compare_digest(sent.encode("utf-8", "replace"), csrf_token().encode())


def _refuse_nul() -> None:
    """No column of text holds a NUL, and nobody types one: a request with one in its address or its form is not ours."""
    typed = [request.args] if request.method in SAFE else [request.args, request.form]
    if "\0" in request.path or any("\0" in text for words in typed for texts in words.listvalues() for text in texts):
        abort(400)


def _check() -> Response | BaseResponse | None:
    if request.endpoint is None:
        _identify(quiet=True)  # "not found" keeps the menu
        return None
    declared = policy_of(request.endpoint)
    _identify(quiet=declared is not None and declared.quiet)
    if declared is None:
        raise NotAllowed(endpoint=request.endpoint)
    if request.method not in SAFE and declared.csrf and not (_own_page() and _word_fits()):
        raise ForgedRequest()
    if declared.csrf:
        _refuse_nul()
    if declared.allows(g.participant):
        return None
    if g.participant is not None:
        raise NotAllowed(endpoint=request.endpoint)
    if request.method in SAFE and not is_part() and not wants_json():
        return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")))
    raise SignInNeeded()


def _remember_visitor(response: Response) -> Response:
    if "visitor" in g:
        response.set_cookie("visitor", g.visitor, secure=settings().secure_cookies, httponly=True, samesite="Lax", path="/")
    return response


def install(app: Flask) -> None:
    """Ask before every request."""
    app.before_request(_check)
    app.after_request(_remember_visitor)
    app.jinja_env.globals.update(csrf_token=csrf_token, may_use=may_use)
