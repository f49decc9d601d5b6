"""What tao-mounts(5) has of the mounts file's JSON Schema: its keys."""
from __future__ import annotations

from .roff import bold, item, paragraphs, section, subsection, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

KINDS = {
    'string': 'text', 'integer': 'whole number', 'number': 'number', 'boolean': 'true or false', 'null': 'null',
    'array': 'list', 'object': 'object',
}


def keys(schema: Mapping[str, Any]) -> str:
    """The section KEYS: every key of the schema, with its description."""
    sections = []
    for name, found in schema['properties'].items():
        if name.startswith('$'):
            continue  # for editors
        top = _resolved(found, schema)
        entry = _resolved(top.get('items', top), schema)
        each = 'A list; each entry has:' if 'items' in top else ''
        sections.append(subsection(bold(name), paragraphs(filter(None, (top['description'], each))),
                                   _members(entry, schema)))
    return section('KEYS', *sections)


def _resolved(schema: Mapping[str, Any], top: Mapping[str, Any]) -> Mapping[str, Any]:
    """A part of the schema, with what it refers to."""
    name = schema.get('$ref', '').rpartition('/')[2]
    return {**top['$defs'][name], **schema} if name else schema


def _members(schema: Mapping[str, Any], top: Mapping[str, Any]) -> str:
    """Every key of an object: what it takes and what it means."""
    items = []
    for name, found in schema['properties'].items():
        member = _resolved(found, top)
        needed = ', required' if name in schema.get('required', ()) else ''
        names = f'Names: {", ".join(member["properties"])}.' if 'properties' in member else ''
        inside = [_resolved(one, top).get('description', '') for one in (
            *member.get('properties', {}).values(), *member.get('patternProperties', {}).values())]
        items.append(item(
            f'{bold(name)} ({text(_kind(member, top))}{needed})', member.get('description', ''),
            ' '.join(filter(None, (names, *dict.fromkeys(inside)))),
        ))
    return ''.join(items)


def _kind(schema: Mapping[str, Any], top: Mapping[str, Any]) -> str:
    """What JSON a value may be, in words."""
    schema = _resolved(schema, top)
    if 'enum' in schema:
        return 'text'
    found: list[str] = []
    if 'anyOf' in schema:
        found = [_kind(one, top) for one in schema['anyOf']]
    else:
        types = schema['type']
        found = [KINDS[one] for one in ([types] if isinstance(types, str) else types)]
    found = list(dict.fromkeys(found))
    return ' or '.join([', '.join(found[:-1]), found[-1]] if len(found) > 1 else found)
