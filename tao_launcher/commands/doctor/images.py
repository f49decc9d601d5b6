"""Checks of where images come from."""
from __future__ import annotations

from ...base.errors import Fatal
from ...base.record import Record
from ...base.shell import join, quote
from ...engine import profiles
from ...engine.logins import is_logged_in, logins, missing_helper
from ...engine.profile import NO_ENGINE
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


def login(facts: MachineFacts, found: Login) -> Finding | None:
    """Whether a login for the registry is stored."""
    profile = profiles.profile(facts.engine)
    if profile.kind == NO_ENGINE:
        return None  # which pulls nothing
    if found.helper:
        what = f'{found.helper}, which {found.named_by} names to keep logins, is not on PATH: no image can be pulled'
        return Finding('login', 'warn', what, 'install it, or remove it from that file and log in again')
    if found.is_stored is False:
        user = " -u '$oauthtoken'" if found.registry == 'nvcr.io' else ''
        where = f'login {quote(found.registry)}'
        if profile.is_child:
            where = f'registry login docker://{quote(found.registry)}'
        return Finding(
            'login', 'info', f'none stored for {found.registry}; not needed for public images or those already here',
            f'{join(facts.engine)} {where}{user}',
        )
    stored = f'stored for {found.registry}' if found.is_stored else 'left to a credential helper'
    return Finding('login', 'ok', stored)


class CatalogueFiles(Record):
    """The file that replaces the built-in catalogue ('' for none), those of releases beside it, what is wrong."""

    override: str = ''
    added: tuple[str, ...] = ()
    error: str = ''
    fix: str = ''


def _catalogue(gathered: Gathered) -> CatalogueFiles:
    from ...settings.locate import override_path, releases_folder
    from ...tasks.added import paths, with_added
    from ...tasks.load import builtin_catalogue, read_override

    here = gathered.invocation.here
    path, folder = override_path(here), releases_folder(here)
    try:
        override = path if read_override(path) else ''
    except Fatal as e:
        return CatalogueFiles(path, (), e.on_one_line(), f'correct or remove {quote(path)}')
    try:
        if not override:
            with_added(builtin_catalogue(), folder)
        listed = tuple(paths(folder))
    except Fatal as e:
        return CatalogueFiles('', (), e.on_one_line(), 'tao catalogue validate')
    return CatalogueFiles(override, listed)


def catalogue(facts: MachineFacts, found: CatalogueFiles) -> Finding | None:
    """Whether other releases than the built-in ones are used, and can be."""
    if found.error:
        return Finding('catalogue', 'fail', found.error, found.fix)
    if found.override:
        without = f'; {", ".join(found.added)} not read' if found.added else ''
        return Finding('catalogue', 'info', f'{found.override} replaces the built-in releases{without}')
    if found.added:
        return Finding('catalogue', 'info', f'releases beside the built-in ones: {", ".join(found.added)}')
    return None


LOGIN, CATALOGUE = asking(_login, login), asking(_catalogue, catalogue)
