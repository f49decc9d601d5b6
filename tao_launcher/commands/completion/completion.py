"""tao completion: what a shell needs to complete the launcher's command lines, printed or put into its place."""
from __future__ import annotations

import os

from ...base import files, folders, host, reading
from ...base.errors import ConfigError, ResultLost, UsageError
from ...base.record import Record
from ...base.shell import quote
from ...engine.ask import ask
from ...settings.dry_run import is_dry_run
from . import scripts as completion_scripts
from .scripts import PROGRAMS, SHELLS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from ...settings.invocation import Invocation
    from ..help.verb_parser import Parser


PATIENCE = 5.0  # seconds for the user's own start-up files
# What tells whether a new shell will look into the folder: bash-completion's loader, zsh's path and compinit.
QUESTIONS = {
    'bash': ('bash', '-ic', 'complete -p -D'),
    'zsh': ('zsh', '-ic', 'print -rl -- $fpath; (( $+functions[compdef] )) && print compinit'),
}

HELP = 'what a shell needs to complete command lines'


def add(parser: Parser) -> None:
    """Add what follows the verb's name."""
    parser.add_argument('shell', nargs='?', choices=SHELLS, metavar='SHELL',
                        help='bash, zsh or fish (default: the one this is called from)')
    parser.add_argument('--install', action='store_true', help='put it where the shell looks for it')


def run(given: Namespace, invocation: Invocation) -> int:
    """Run the verb. Returns its exit code; raises Fatal."""
    dry_run = given.install and is_dry_run(invocation)  # a script is printed all the same
    return completion(given.shell or '', invocation, install=given.install, dry_run=dry_run)


class InstallLocation(Record):
    """Where a shell looks for a user's own completions; links are the file's other names there."""

    folder: str
    file: str
    links: tuple[str, ...]

    @property
    def path(self) -> str:
        """The file."""
        return f'{self.folder}/{self.file}'


def completion(shell: str, invocation: Invocation, *, install: bool, dry_run: bool) -> int:
    """Print the script of a shell ('': the caller's), or put it into its place. Returns 0.

    Raises UsageError without a shell, ConfigError for files of someone else's, ResultLost where it cannot write.
    """
    environ, output = invocation.environ, invocation.output
    shell = shell or _own_shell(environ)
    script = completion_scripts.script(shell)
    if not install:
        output.result(script)
        return 0
    found = place(shell, environ, invocation.here.home)
    _refuse_foreign(found)
    try:
        done = _install(found, script.encode(), dry_run=dry_run)
    except OSError as e:
        raise ResultLost(f'{e.filename or found.path}: {e.strerror}') from None
    output.result(''.join(f'{line}\n' for line in done or [f'{found.path} is up to date']))
    if not dry_run:
        output.notice(_what_is_left(shell, found, environ))
    return 0


def _own_shell(environ: Mapping[str, str]) -> str:
    """The shell that the launcher was called from, else the one of $SHELL. Raises UsageError."""
    found = []
    try:
        import shellingham  # type: ignore

        found.append(str(shellingham.detect_shell()[0]))
    except Exception:  # not installed, or it found none; whatever its trouble is, the user can name the shell
        pass
    found.append(os.path.basename(environ.get('SHELL', '')))
    for name in found:
        if name in SHELLS:
            return name
    other = next(filter(None, found), '')
    raise UsageError(
        f'no completion for {other}' if other else 'which shell?', f'there is one for {", ".join(SHELLS)}',
        advice='tao completion SHELL',
    )


def place(shell: str, environ: Mapping[str, str], home: str) -> InstallLocation:
    """The place of a shell, by its own variables and those of the XDG base directories, which are absolute."""
    def base(variable: str, default: str) -> str:
        return environ[variable] if environ.get(variable, '').startswith('/') else host.path_of(f'{home}/{default}')

    data = base('XDG_DATA_HOME', '.local/share')
    first, *others = PROGRAMS
    if shell == 'bash':
        folder = environ.get('BASH_COMPLETION_USER_DIR', '').partition(':')[0] or f'{data}/bash-completion'
        return InstallLocation(f'{host.path_of(folder)}/completions', first, tuple(others))
    if shell == 'zsh':  # it knows no folder of a user's; this is the one that pip install --user fills
        return InstallLocation(f'{data}/zsh/site-functions', f'_{first}', ())
    folder = f'{base("XDG_CONFIG_HOME", ".config")}/fish/completions'
    return InstallLocation(folder, f'{first}.fish', tuple(f'{name}.fish' for name in others))


def _refuse_foreign(found: InstallLocation) -> None:
    foreign = [path for path in (f'{found.folder}/{name}' for name in (found.file, *found.links)) if not _is_ours(path)]
    if foreign:
        raise ConfigError(
            f'{", ".join(foreign)}: made by something else', 'it would be replaced', advice='move it away',
        )


def _is_ours(path: str) -> bool:
    """Whether a file may be replaced: it is not there, leads nowhere, or was made by this command."""
    try:
        return completion_scripts.MARK.encode() in reading.start(path, 1000)
    except FileNotFoundError:
        return True
    except OSError as e:
        raise ResultLost(f'{path}: {e.strerror}') from None


def _install(found: InstallLocation, script: bytes, *, dry_run: bool) -> list[str]:
    """Write what is not there yet. Returns what was done; raises OSError."""
    done = []
    if not dry_run:
        folders.make_folders(found.folder, [], mode=0o755)  # where others may write, compinit refuses what it finds
    if os.path.islink(found.path) or host.read(found.path, 'completion', required=False) != script:
        done.append(f'{"write" if dry_run else "wrote"} {found.path}')
        if not dry_run:
            files.write(found.path, script)
    for name in found.links:
        link = f'{found.folder}/{name}'
        if not (os.path.islink(link) and os.readlink(link) == found.file):
            done.append(f'{"link" if dry_run else "linked"} {link} to {found.file}')
            if not dry_run:
                files.link(link, found.file)
    return done


def _what_is_left(shell: str, found: InstallLocation, environ: Mapping[str, str]) -> str:
    """What there is to do until a new shell completes the launcher's lines."""
    answer = ask(QUESTIONS[shell], environ, PATIENCE) if shell in QUESTIONS else None
    says = answer.out.splitlines() if answer else []
    if answer is None or shell == 'bash' and answer.code == 0 or {found.folder, 'compinit'} <= {*says}:
        return f'the next {shell} that you start has it'
    if shell == 'bash':
        return f'put this line into ~/.bashrc, or install the package bash-completion: . {quote(found.path)}'
    path = f'fpath=({quote(found.folder)} $fpath)'
    if 'compinit' in says:
        return f'put this line into ~/.zshrc, before the one with compinit: {path}'
    return f'put this line into ~/.zshrc: {path}; autoload -Uz compinit; compinit'
