"""What can follow a verb: its steps, options and words, from data/verbs.json. Pure."""
from __future__ import annotations

from ...base.record import Record
from .types import NOTHING, Candidate, Completions
from .values import CHOICES, by_kind, named, option_value, spelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ...settings.option import Values
    from .types import World

ENDED_TOO = ('logs', 'wait', 'progress')  # they have something to say of jobs that have ended


class Cursor(Record):
    """Where the cursor is: after these words and options, perhaps at the value of an option."""

    words: tuple[str, ...]
    given: tuple[str, ...]  # first names of the options
    option: Mapping[str, Any]  # whose value is at the cursor; {} for none
    must: bool  # nothing but its value can be there
    is_ended: bool  # by a "--"


def verb(
    name: str, entry: Mapping[str, Any], words: Sequence[str], word: str, options: Values, world: World,
) -> Completions:
    """What can be put in place of `word` after a verb and `words`; `options` are the launcher's."""
    if options.get('help'):
        return Completions('', named(entry.get('verbs', {}))) if not words else NOTHING
    if words and words[0] in entry.get('verbs', {}):
        return verb(f'{name} {words[0]}', entry['verbs'][words[0]], words[1:], word, options, world)
    place = _place(entry, words)
    if place is None:
        return NOTHING

    def value(found: Mapping[str, Any], text: str) -> Completions:
        if found.get('choices'):
            return Completions('', tuple(Candidate(choice) for choice in found['choices']))
        key = found['names'][0][2:].replace('-', '_') if 'names' in found else ''
        everybody = '--all-users' in place.given
        own = by_kind(found['value'], text, options, world, (name in ENDED_TOO, everybody, place.words))
        if key in CHOICES and not own.candidates:
            return option_value(key, text, options, world)  # as the launcher's of that name
        return own

    if place.option and (place.must or not word.startswith('-')):
        return value(place.option, word)
    expected = entry['words'][min(len(place.words), len(entry['words']) - 1)] if entry['words'] else {}
    if expected and len(place.words) >= len(entry['words']) and not expected.get('many'):
        expected = {}
    if expected.get('value') == 'COMMAND':
        return NOTHING  # it is the container's
    if word.startswith('-') and not place.is_ended:
        key, equals, text = word.partition('=')
        option = _option(entry, key)
        if equals:
            return value(option, text).behind(f'{key}=') if option and option.get('value') else NOTHING
        return _options(entry, word, place)
    found = value(expected, word) if expected else Completions('', named(entry.get('verbs', {})))
    return found if found.candidates or word or place.is_ended or expected else _options(entry, word, place)


def _place(entry: Mapping[str, Any], words: Sequence[str]) -> Cursor | None:
    """Where the words lead to; None when the parser would refuse them."""
    given: list[str] = []
    others: list[str] = []
    option: Mapping[str, Any] = {}
    must = is_ended = False
    for word in words:
        if word == '--' and not is_ended:
            option, must, is_ended = {}, False, True
        elif must or option and not word.startswith('-'):
            option, must = (option if option.get('many') else {}), False
        elif word.startswith('-') and word != '-' and not is_ended:
            name, equals, _ = word.partition('=')
            found = _option(entry, name)
            if found is None or (entry.get('verbs') and name != found['names'][0]):
                return None
            given.append(found['names'][0])
            option = found if found.get('value') and not equals else {}
            must = bool(option)
        else:
            others.append(word)
    if entry.get('verbs') and others:
        return None
    return Cursor(tuple(others), tuple(given), option, must, is_ended)


def _option(entry: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    return next((option for option in entry['options'] if name in option['names']), None)


def _options(entry: Mapping[str, Any], word: str, place: Cursor) -> Completions:
    found = []
    for option in entry['options']:
        if option.get('again') or option['names'][0] not in place.given:
            found += spelled(option['names'], word, option.get('help', ''))
    return Completions('', tuple(found))
