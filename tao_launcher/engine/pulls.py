"""Why an image could not be had, from the words of who tried to fetch it or to look at it. Pure."""
from __future__ import annotations

import re

from ..base.record import Record
from ..base.shell import join, quote
from . import answers, platforms, profiles
from .references import registry_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST = 4000  # characters that are looked at: the last ones tell
# What kind of trouble a text tells of; the first that fits. A registry is free in its own words.
KINDS = (
    ('space', 'no space left on device|not enough space'),
    ('helper', 'error getting credentials|docker-credential-'),
    ('machine', 'no matching manifest for|no image found in (manifest list|image index) for|no match for platform'),
    ('limit', 'toomanyrequests|too many requests'),
    ('expired', 'certificate has expired|not yet valid'),
    ('certificate', 'x509:|certificate signed by unknown|failed to verify certificate'),
    ('plain', 'http response to https client|does not look like a tls handshake'),
    ('login', r'unauthorized|authentication required|no basic auth|(?<!permission )denied|\b403 forbidden'),
    ('gone', 'manifest unknown|name unknown|manifest for .* not found|failed to resolve reference .*:'
             ' not found|status: 404|repository name not known|name_unknown|not found: not found'),
    ('name', 'invalid reference format|repository name must be lowercase|invalid image reference'),
    ('proxy', 'proxyconnect'),
    ('network', 'no such host|network is unreachable|no route to host|i/o timeout|name resolution|server misbehaving|'
                'deadline exceeded|tls handshake timeout|connection refused|connection reset|awaiting headers|'
                'unexpected eof|: eof$'),
    ('broken', r'\b50[0-4]\b|service unavailable|internal server error|bad gateway'),
)
# These end the same way however often it is tried.
LASTING = ('space', 'helper', 'machine', 'expired', 'certificate', 'plain', 'login', 'gone', 'name')
TOKEN = " -u '$oauthtoken'"  # the user of nvcr.io, whose password is an API key


class Wanted(Record):
    """An image that could not be had, and what the wording of a remedy depends on."""

    image: str
    engine: Sequence[str]
    environ: Mapping[str, str] = {}
    machines: tuple[str, ...] = ()  # those that its registry has it for, where that is known: linux/amd64
    helper: str = ''  # the credential helper that is not there
    names_helper: str = ''  # what names it: credsStore of /home/ann/.docker/config.json

    @property
    def registry(self) -> str:
        """The registry, as logins and certificates are kept by."""
        return registry_of(self.image) or 'docker.io'


def trouble(said: str) -> str:
    """The kind of trouble, a name in KINDS; '' for none that is known."""
    text = said[-LONGEST:].strip().lower()
    return next((kind for kind, pattern in KINDS if re.search(pattern, text, re.MULTILINE)), '')


def platform(said: str) -> str:
    """The platform that a client had asked for in vain: linux/arm64/v8; '' where it does not say."""
    said = said[-LONGEST:]
    found = re.search(r'for (linux/[a-z0-9_/]+)', said)
    if found:
        return found[1]
    found = re.search(r'architecture "?([a-z0-9_]+)"?', said)  # podman
    return f'linux/{found[1]}' if found else ''


def machines(document: object) -> tuple[str, ...]:
    """The platforms that a registry's index has an image for: linux/amd64; none for the manifest of one image."""
    platforms = [answers.fields(one, 'platform') for one in answers.entries(document, 'manifests')]
    found = [f'{answers.text(one, "os")}/{answers.text(one, "architecture")}' for one in platforms]
    return tuple(dict.fromkeys(one for one in found if re.fullmatch('linux/[a-z0-9]+', one)))


def explained(kind: str, wanted: Wanted, said: str = '') -> tuple[str, str]:
    """(what is wrong, what to do) for a kind of trouble; ('', '') where the engine's own words are all there is."""
    registry, engine = wanted.registry, join(wanted.engine)
    if kind == 'machine':
        return _machine(wanted, platform(said))
    if kind == 'login':
        return f'{registry} requires a login, or the stored one has no access to this image', login(wanted)
    if kind == 'limit':
        return f'{registry} allows no more pulls for now', f'{login(wanted)}, or the same command again later'
    if kind == 'gone':
        return f'{registry} has no such image', ''
    if kind == 'expired':
        return f'the certificate of {registry} is out of date, or the clock of the engine\'s machine is wrong', 'date'
    if kind == 'certificate':
        path = quote(f'/etc/{_service(wanted)}/certs.d/{registry}/ca.crt')
        return (
            f'the engine does not trust the certificate of {registry}',
            f'put the certificate of its issuer into {path}',
        )
    if kind == 'plain':
        return f'{registry} does not speak TLS', _insecure(wanted)
    if kind == 'space':
        return 'the disk is full where the engine keeps images', f'{engine} image prune'
    if kind == 'helper':
        return _helper(wanted)
    if kind == 'proxy':
        return 'the proxy that the engine is told to use does not answer', f'{engine} info | grep -i proxy'
    if kind == 'network':
        return f'the engine cannot reach {registry}', ''
    return '', ''


def login(wanted: Wanted) -> str:
    """The command that logs in."""
    token = TOKEN if wanted.registry == 'nvcr.io' else ''
    return f'{join(wanted.engine)} login {quote(wanted.registry)}{token}'


def _machine(wanted: Wanted, asked: str) -> tuple[str, str]:
    what = f'{wanted.registry} does not have this image for {asked or "this machine"}'
    if wanted.machines:
        what = f'{wanted.registry} has this image only for {", ".join(wanted.machines)}'
    chosen, variable = platforms.asked('', wanted.engine, wanted.environ)
    if chosen:
        return f'{what}; {variable} asks for {chosen}', f'unset {variable}'
    return what, ''


def _helper(wanted: Wanted) -> tuple[str, str]:
    if not wanted.helper:
        return 'the credential helper of the engine\'s configuration does not work', ''
    return (
        f'{wanted.helper}, which {wanted.names_helper} names to keep logins, is not on PATH',
        f'install it, or remove it from that file and {login(wanted)}',
    )


def _service(wanted: Wanted) -> str:
    return 'docker' if profiles.profile(wanted.engine).service else 'containers'


def _insecure(wanted: Wanted) -> str:
    if _service(wanted) == 'docker':
        return f'"insecure-registries": ["{wanted.registry}"] in /etc/docker/daemon.json, and restart the daemon'
    return 'insecure = true for it in /etc/containers/registries.conf'
