"""The mounts file (~/.tao_mounts.json).

This parser words every fault itself. The JSON Schema in data/mounts.schema.json describes the same
structure for editors; a property test keeps the two equal. What a schema cannot say is added
here: duplicate keys, variables that are not set, soft limits above hard ones, a port given twice.
"""
from __future__ import annotations

from ..base.json_reader import Reader
from ..base.json_text import NO_NUMBER, Number, at, loads, refused, text_faults
from ..base.secrets import until_value
from ..base.text import LETTERS, has_line_break, is_one_word
from . import parsers
from .docker_options import docker_options
from .values import Mount, MountsFile, Source, Variable, clean_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

SECTIONS = ('Mounts', 'Envs', 'DockerOptions')
# What docker and others call the keys of an entry.
OTHER_NAMES = {
    'src': 'source', 'host': 'source', 'host_path': 'source', 'dst': 'destination', 'target': 'destination',
    'container': 'destination', 'container_path': 'destination', 'readonly': 'mode', 'options': 'mode',
    'name': 'variable', 'key': 'variable',
}


def parse(data: bytes, path: str, environ: Mapping[str, str], home: str) -> MountsFile:
    """The mounts file at the absolute `path` with the content `data`.

    `home` replaces ~ in its sources, `environ` their variables.
    Raises FileError with every fault of the file.
    """
    document = loads(data, path)
    reader = Reader()
    reader.faults.extend(text_faults(document))
    found = structure(document, reader)
    found = found._replace(mounts=tuple(
        _expanded(mount, path, environ, home, reader)._replace(origin=mount.origin._replace(name=path))
        for mount in found.mounts
    ), variables=tuple(variable._replace(origin=variable.origin._replace(name=path)) for variable in found.variables))
    if reader.faults:
        # of which that is all to say
        no_numbers = {fault.path for fault in reader.faults if fault.message == NO_NUMBER}
        faults = [fault for fault in reader.faults if fault.message == NO_NUMBER or fault.path not in no_numbers]
        raise refused(path, faults, reader.notices)
    return found._replace(path=path, notices=tuple(reader.notices))


def structure(document: object, reader: Reader) -> MountsFile:
    """The file's content as it is written; faults and notices go to `reader`."""
    hint = ', with the list in its "Mounts"' if isinstance(document, list) else ''
    members = reader.members('', document, hint)
    reader.known('', members, SECTIONS)
    mounts = [
        _mount(path, item, reader) for path, item in reader.items('Mounts', members.get('Mounts', []))
    ]
    variables = [
        _variable(path, item, reader) for path, item in reader.items('Envs', members.get('Envs', []))
    ]
    options = reader.members('DockerOptions', members.get('DockerOptions', {}))
    return MountsFile(
        mounts=tuple(mount for mount in mounts if mount),
        variables=tuple(variable for variable in variables if variable),
        options=docker_options(options, reader),
    )


def _entry(path: str, item: object, keys: tuple[str, ...], reader: Reader) -> Mapping[str, Any]:
    members = reader.members(path, item)
    reader.unused(path, members, keys, OTHER_NAMES)
    return members


def _mount(path: str, item: object, reader: Reader) -> Mount | None:
    entry = _entry(path, item, ('source', 'destination', 'mode'), reader)
    if not isinstance(item, dict):
        return None
    expected = {'source': 'a host path such as "/data"', 'destination': 'a container path such as "/data"'}
    texts = {key: reader.text(at(path, key), entry.get(key), what) for key, what in expected.items()}
    destination = mode = None
    if texts['destination']:
        destination = _destination(at(path, 'destination'), texts['destination'], reader)
    if 'mode' in entry:
        text = reader.text(at(path, 'mode'), entry['mode'], 'a string such as "ro"')
        mode = text and reader.parsed(at(path, 'mode'), text, parsers.mode)
    if not texts['source'] or not destination:
        return None
    return Mount(texts['source'], destination, mode or '', Source('file', '', path))


def _destination(path: str, text: str, reader: Reader) -> str | None:
    # a schema sees that a path is relative, not that /a/.. is the root
    return reader.parsed(path, text, parsers.destination, structural=not text.startswith('/'))


def _variable(path: str, item: object, reader: Reader) -> Variable | None:
    entry = _entry(path, item, ('variable', 'value'), reader)
    if not isinstance(item, dict):
        return None
    name = entry.get('variable')
    if not isinstance(name, str) or not is_one_word(name) or '=' in name:
        shown = until_value(name) if isinstance(name, str) else name
        reader.expect(at(path, 'variable'), shown, 'a name without blanks and "="')
        return None
    value = entry.get('value')
    if isinstance(value, (dict, list)):
        # the value itself may be a secret and is never shown
        reader.fault(at(path, 'value'), 'expected a string, a number, true, false or null')
        return None
    if value is not None and not isinstance(value, str):
        value = value.text if isinstance(value, Number) else str(value).lower()  # true or false, or a whole number
    return Variable(name, value, Source('file', '', path))


def _with_variables(text: str, value: Callable[[str], str]) -> str:
    """The text with value(NAME) for each $NAME and ${NAME}; any other "$" stays."""
    first, *others = text.split('$')
    return first + ''.join(f'{value(name)}{rest}' if name else f'${rest}' for name, rest in map(_named, others))


def _named(text: str) -> tuple[str, str]:
    """(the name of a variable that a text begins with, what follows it); ('', the text) where it begins with none."""
    if text.startswith('{'):
        name, brace, rest = text[1:].partition('}')
        is_name = brace and all(map(_is_of_a_name, name))
    else:
        end = next((i for i, character in enumerate(text) if not _is_of_a_name(character)), len(text))
        name, rest, is_name = text[:end], text[end:], True
    return (name, rest) if is_name and name[:1] in (*LETTERS, '_') else ('', text)


def _is_of_a_name(character: str) -> bool:
    return character.isalnum() or character == '_'


def _expanded(mount: Mount, path: str, environ: Mapping[str, str], home: str, reader: Reader) -> Mount:
    """The mount with its source as an absolute host path, ~ and variables expanded, links kept."""
    where = at(mount.origin.path, 'source')

    def value(name: str) -> str:
        if not environ.get(name):
            reader.fault(where, f'the variable {name} is not set', structural=False, value=f'"{mount.source}"')
        return environ.get(name, '')

    source = _with_variables(mount.source, value)
    is_home = mount.source == '~' or mount.source.startswith('~/')
    if is_home:
        source = home + source[1:]
    if has_line_break(source):
        reader.fault(where, 'a variable in it holds a line break', structural=False, value=f'"{mount.source}"')
    is_relative = not source.startswith('/')
    source = clean_path(f'{path.rpartition("/")[0]}/{source}' if is_relative else source)
    return mount._replace(source=source, is_of_here=is_home or is_relative)
