"""The guides: a page of the manual where man shows it, and text elsewhere."""
from __future__ import annotations

from ...base import host, machine
from ...base.errors import EngineError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...settings.invocation import Invocation

INDENT = '    '


def guide(name: str, invocation: Invocation) -> int:
    """Show the guide of that name: on a terminal man has it, for as long as it is read. Returns the exit code."""
    page = _page(name, invocation.environ) if invocation.here.terminals.stdout else ''
    if page:
        from ...engine.foreground import become

        try:
            return become(['man', page], invocation.environ)
        except EngineError:
            pass  # man went away: the text then
    invocation.output.result(text(source(name)))
    return 0


def source(name: str) -> str:
    """The guide as it is written."""
    return host.package_data(f'guides/{name}.md').decode('utf-8')


def _page(name: str, environ: Mapping[str, str]) -> str:
    """The path of the guide's page, where a man is that shows it; '' where either is missing.

    A minimal system has a script in man's place that only says so.
    """
    found = host.program('man', environ.get('PATH', ''))
    if not found.path or found.script:
        return ''
    section = 5 if name == 'mounts' else 7
    page = f'man{section}/tao-{name}.{section}'
    package, program = machine.own_folders()
    places = [f'{package}/tao_launcher/data/man/{page}', host.path_of(f'{program}/../share/man/{page}')]
    return next((place for place in places if host.is_file(place)), '')


def text(source: str) -> str:
    """A guide for a terminal: headings without their marks, and code indented instead of fenced."""
    lines, is_code = [], False
    for line in source.splitlines():
        if line.startswith('```'):
            is_code = not is_code
        elif is_code:
            lines.append(f'{INDENT}{line}'.rstrip())
        elif line.startswith('## '):
            lines.append(line[3:].upper())
        else:
            lines.append(line[2:] if line.startswith('# ') else line)
    return '\n'.join(lines) + '\n'
