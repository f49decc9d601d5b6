"""A backend checkout, and the engine that builds its images: each command of it is run, or printed by a dry run."""
from __future__ import annotations

from ..base import host, users
from ..base.errors import ConfigError, UsageError
from ..base.record import Record
from ..engine import daemon
from ..engine.foreground import follow
from ..engine.references import with_registry
from ..launch.variables import in_ps
from ..settings import parsers
from ..settings.alone import alone, dry_run_form, registry_and_release
from ..settings.chosen_engine import engine as find_engine
from . import builds, runners
from .digest_notice import both
from .find import find_root, manifest_image, notices, runner_profiles, where_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypeVar

    from ..base.host import Host
    from ..base.output import Output
    from ..engine.client import Engine
    from ..settings.invocation import Invocation
    from .builds import Arguments

    T = TypeVar('T')


class Checkout(Record):
    """A runner's checkout at `root`; `registry` replaces the one that its manifest names, unless ''."""

    program: str
    profile: Mapping[str, Any]
    root: str
    engine: Engine
    registry: str
    dry_run: bool
    invocation: Invocation

    @property
    def here(self) -> Host:
        return self.invocation.here

    @property
    def output(self) -> Output:
        return self.invocation.output

    @property
    def manifest(self) -> str:
        """The path of its manifest."""
        return f'{self.root}/{runners.MANIFEST}'

    @property
    def platform(self) -> str:
        """The platform of --platform before the verb; '' for none. Raises UsageError."""
        return str(alone('platform', self.invocation.options, self.engine.environ))

    def repository(self, other: str = '') -> str:
        """REGISTRY/REPOSITORY of its images, or of another repository beside it. Raises ConfigError."""
        name = manifest_image(self.root, self.profile, self.here, by_tag=True)
        if other:
            name = f'{self.manifest_registry()}/{other}'
        return with_registry(name, self.registry) if self.registry else name

    def local_image(self) -> str:
        """The name that its base image gets here: REPOSITORY:USER.

        For the runner that builds its own it is the one that the manifest names, where that is no digest, so that the
        next launch takes it. Raises ConfigError.
        """
        if self.program == runners.BUILDS_ITS_BASE:
            named = manifest_image(self.root, self.profile, self.here, by_tag=False)
            if '@' not in named:
                return with_registry(named, self.registry) if self.registry else named
        return f'{self.repository()}:{self.user()}'

    def runner_of(self, image: str) -> tuple[str, ...]:
        """The command that runs an image; without its name where the manifest has that. Raises ConfigError."""
        if image == self.local_image() != f'{self.repository()}:{self.user()}':
            return (self.program, *(['--registry', self.registry] if self.registry else []))
        return self.program, '--image', image

    def manifest_registry(self) -> str:
        """The registry that the manifest names."""
        data = host.json_file(self.manifest)
        return str(data.get('registry')) if isinstance(data, dict) else ''

    def user(self) -> str:
        """The caller's name, as a tag."""
        environ, here = self.engine.environ, self.here
        is_caller = not (here.is_root and here.uid)  # under sudo it is someone else
        return builds.tag_of(
            (environ.get('USER', '') if is_caller else '') or users.user_name(here.uid) or f'uid{here.uid}',
        )

    def step(self, words: Sequence[str], given: Arguments | None = None) -> int:
        """Run the engine with these words, what it prints on stderr; or print them. Its exit code."""
        argv = self.argv(words, given)
        if self.dry_run:
            self.output.result(self.output.line(argv))
            return 0
        with self.output.aside():
            return follow(argv, {**self.engine.environ, **(given.export if given else {})})

    def argv(self, words: Sequence[str], given: Arguments | None = None) -> tuple[str, ...]:
        """The command that `step` runs."""
        engine = builds.engine_words(self.engine.words, given) if given else self.engine.words
        return (*engine, *self.allowed(words))

    def allowed(self, words: Sequence[str]) -> tuple[str, ...]:
        """The words without the host's network, which docker refuses where it maps the users of containers."""
        return tuple(word for word in words if word != builds.HOST_NETWORK or not self.maps_users)

    @property
    def maps_users(self) -> bool:
        """Whether the engine maps the users of containers to others."""
        return daemon.remaps_users(self.engine.daemon, host.json_file)

    def then(self, text: str) -> None:
        """In a dry run: what happens next with what an earlier command says."""
        if self.dry_run:
            self.output.result(f'# then: {text}\n')

    def say_exports(self, given: Arguments) -> None:
        """The secrets that our own command line shows; in a dry run what a printed line takes from its environment."""
        for name in given.export:
            is_secret = builds.secret(name) in given.secrets
            self.output.notice(in_ps('--build-secret' if is_secret else '--build-arg', name))
        if self.dry_run:
            self.output.say_exports([*given.export])

    def dockerfile(self, *names: str) -> str:
        """The first of these files of the checkout that is there. Raises ConfigError."""
        for name in names:
            if host.exists(f'{self.root}/{name}'):
                return f'{self.root}/{name}'
        raise ConfigError(
            f'{self.root}/{names[0]}: no such file', *where_from(self.program, self.profile, self.engine.environ),
        )


def checkout(program: str, invocation: Invocation, *, asked_dry: bool = False) -> Checkout:
    """The checkout that the root variable or the current folder names, and a word about it where there is one.

    Raises UsageError, ConfigError.
    """
    options, environ, here, output = invocation
    asked = asked_dry or bool(options.get('dry_run'))
    form = dry_run_form(options, environ)
    if form and not asked:
        output.say_dry_run()
    if form in ('pretty', 'json') and options.get('dry_run'):
        raise UsageError(f'--dry-run={form} is for a launch', 'here every command is printed on a line of its own')
    found = opened(program, invocation, dry_run=asked or bool(form))
    twice = both(found.manifest, host.json_file(found.manifest))
    is_named = bool(environ.get(found.profile['root_variable']))
    of_root = notices(found.profile, found.root, here, is_named=is_named)
    for notice in (*of_root, *([twice] if twice else [])):
        output.notice(notice)
    if found.registry:
        from ..settings.alone import source_of
        from ..settings.registries import no_registry

        for notice in no_registry(found.registry, source_of('registry', options, environ), found.engine.daemon.profile):
            output.notice(notice)
    if found.maps_users:
        output.notice('docker remaps container users (userns-remap), so the build has no host network')
    return found


def opened(program: str, invocation: Invocation, *, dry_run: bool) -> Checkout:
    """The same for a launch, which has its own words about it. Raises UsageError, ConfigError."""
    profile = runner_profiles()[program]
    root = find_root(program, profile, invocation.environ, invocation.here)
    registry, _ = registry_and_release(invocation.options, invocation.environ)
    return Checkout(program, profile, root, find_engine(invocation, 'builds images'), registry, dry_run, invocation)


def parsed(option: str, text: str, parse: Callable[[str], T]) -> T:
    """The value of an option. Raises UsageError."""
    try:
        return parse(text)
    except ValueError as e:
        raise UsageError(f'{option}: "{text}": {e}') from None


def tagged(option: str, text: str) -> str:
    """A tag. Raises UsageError."""
    return parsed(option, text, parsers.tag)
