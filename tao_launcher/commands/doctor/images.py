"""Checks of where images come from."""
from __future__ import annotations

from ...base.errors import Fatal
from ...base.record import Record
from ...base.shell import join, quote
from ...engine.logins import is_logged_in, logins, missing_helper
from .findings import Finding, asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Gathered, MachineFacts


class Login(Record):
    """A registry, and whether a login is stored for it; None where that cannot be told."""

    registry: str = 'nvcr.io'
    is_stored: bool | None = None
    helper: str = ''  # the program that is to keep it, where that is not on PATH
    named_by: str = ''


def look_up(registry: str, facts: MachineFacts) -> Login:
    """What the engine's files say of a registry, HOST[:PORT]."""
    path, configuration = logins(facts.engine, facts.environ)
    helper, member = missing_helper(registry, configuration, facts.environ)
    return Login(registry, is_logged_in(registry, configuration), helper, f'{member} of {path}' if helper else '')


def _login(gathered: Gathered) -> Login:
    return look_up(gathered.settings.registry.partition('/')[0] or 'nvcr.io', gathered.facts)


def login(facts: MachineFacts, found: Login) -> Finding:
    """Whether a login for the registry is stored."""
    if found.helper:
        what = f'{found.helper}, which {found.named_by} names to keep logins, is not on PATH: no image can be pulled'
        return Finding('login', 'warn', what, 'install it, or take it out of that file and log in again')
    if found.is_stored is False:
        user = " -u '$oauthtoken'" if found.registry == 'nvcr.io' else ''
        return Finding(
            'login', 'info', f'none stored for {found.registry}; images that are here, and public ones, need none',
            f'{join(facts.engine)} login {quote(found.registry)}{user}',
        )
    stored = f'stored for {found.registry}' if found.is_stored else 'left to a credential helper'
    return Finding('login', 'ok', stored)


class Override(Record):
    """The file that replaces the built-in catalogue, '' for none, and what is wrong with it."""

    path: str = ''
    error: str = ''


def _override(gathered: Gathered) -> Override:
    from ...settings.locate import override_path
    from ...tasks.load import read_override

    path = override_path(gathered.invocation.here)
    try:
        return Override(path if read_override(path) else '')
    except Fatal as e:
        return Override(path, e.on_one_line())


def catalogue(facts: MachineFacts, override: Override) -> Finding | None:
    """Whether another catalogue of releases is used, and can be."""
    if override.error:
        return Finding('catalogue', 'fail', override.error, f'correct or remove {quote(override.path)}')
    if override.path:
        return Finding('catalogue', 'info', f'{override.path} replaces the built-in releases')
    return None


LOGIN, CATALOGUE = asking(_login, login), asking(_override, catalogue)
