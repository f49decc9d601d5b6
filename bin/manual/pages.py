"""The manual pages, from what the launcher itself works with: options, parsers, exit codes, the schema."""
from __future__ import annotations

import argparse

from tao_launcher.base.record import Record
from tao_launcher.commands.help import topics
from tao_launcher.settings.environment import VARIABLES
from tao_launcher.settings.option import spellings
from tao_launcher.settings.options import OPTIONS

from . import guides
from .mounts import keys
from .roff import bold, head, italic, item, lines, paragraphs, section, see_also, subsection, text, usage, verbatim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Action, ArgumentParser
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

class Sources(Record):
    """What the pages are made of: parsers with all verbs, data/runners.json, data/mounts.schema.json, data/guides."""

    version: str
    tao: ArgumentParser
    runner: ArgumentParser | None
    profiles: Mapping[str, Any]
    schema: Mapping[str, Any]
    guides: Mapping[str, str]


def pages(sources: Sources) -> dict[str, str]:
    """Path below share/man → text, of every page."""
    first, *others = sources.profiles
    return {
        'man1/tao.1': _tao(sources),
        f'man1/{first}.1': _runner(sources),
        **{f'man1/{name}.1': f'.so man1/{first}.1\n' for name in others},
        **_guides(sources),
        'man5/tao_mounts.5': '.so man5/tao-mounts.5\n',  # as the page was called first
    }


def _guides(sources: Sources) -> dict[str, str]:
    found = {}
    others = (('tao', 1), ('tao_pt', 1), *_names(sources), ('docker-run', 1))
    for topic, source in sources.guides.items():
        name, number = guides.named(source)
        is_mounts = topic == 'mounts'
        more = [keys(sources.schema)] if is_mounts else []
        found[f'man{number}/{name}.{number}'] = guides.page(
            source, sources.version, others, *more, also='tao_mounts' if is_mounts else '')
    return found


def _names(sources: Sources) -> list[tuple[str, int]]:
    return [guides.named(source) for source in sources.guides.values()]


def _tao(sources: Sources) -> str:
    return ''.join((
        head('tao', 1, sources.version, 'TAO launcher'),
        section('NAME', 'tao \\- run NVIDIA TAO Toolkit containers with one exact docker command line\n'),
        section('SYNOPSIS', lines(map(usage, topics.SYNOPSIS))),
        section('DESCRIPTION', paragraphs([' '.join(topics.DESCRIPTION), *topics.DETAILS])),
        section('OPTIONS', paragraphs(['In an option\'s name - and _ are the same; names are not abbreviated.']),
                _options('tao')),
        section('COMMANDS', paragraphs(topics.COMMANDS), _commands(sources.tao, 'tao')),
        section('FILES', *(item(italic(path), what) for path, what in topics.FILES)),
        _environment(),
        _exit_status(),
        section('EXAMPLES', _examples(topics.EXAMPLES)),
        section('NOTES', paragraphs(topics.NOTES)),
        see_also(*((name, 1) for name in sources.profiles), *_names(sources), ('docker-run', 1)),
    ))


def _runner(sources: Sources) -> str:
    names = list(sources.profiles)
    first = names[0]
    return ''.join((
        head(first, 1, sources.version, 'TAO launcher'),
        section('NAME', f'{", ".join(map(text, names))} \\- run the developer container of a TAO backend checkout\n'),
        section('SYNOPSIS', lines([usage(f'{first} [options] [-- COMMAND [ARGS...]]'),
                                   *_calls(sources.runner, first)])),
        section('DESCRIPTION', paragraphs(topics.RUNNER_DESCRIPTION), *(
            item(bold(name), _profile(profile)) for name, profile in sources.profiles.items()
        )),
        section('OPTIONS', _options(*names)),
        section('COMMANDS', _commands(sources.runner, first)) if sources.runner else '',
        section('FILES', item(italic('docker/manifest.json'), 'names the base image, below the checkout'),
                item(italic(topics.FILES[0][0]), topics.FILES[0][1])),
        _environment(),
        _exit_status(),
        section('EXAMPLES', _examples(topics.RUNNER_EXAMPLES)),
        see_also(('tao', 1), *_names(sources), ('docker-run', 1)),
    ))


def _profile(profile: Mapping[str, Any]) -> str:
    network = 'the host\'s network unless --port or --network is given' if 'host' in profile['network_default'] else (
        'docker\'s own network'
    )
    return (
        f'a checkout of {profile["backend_repository"]}, {profile["root_variable"]}, at {profile["mounted_at"]}; '
        f'{network}; --shm_size {profile["defaults"]["--shm_size"]}'
    )


def _options(*programs: str) -> str:
    """The options that these programs have; of one that not all have it says which."""
    found = []
    for option in OPTIONS:
        having = [name for name in programs if name in option.programs]
        value = f'[={italic(option.value)}]' if option.optional else f' {italic(option.value)}' * bool(option.value)
        names = ', '.join(bold(name) for name in (option.short, option.name) if name)
        only = f' ({", ".join(having)} only)' * (len(having) < len(programs))
        found += [item(names + value, option.help + ' (repeatable)' * option.repeatable + only)] * bool(having)
    return ''.join(found)


def _environment() -> str:
    first = 'An option overrides its variable, a variable overrides the mounts file; an empty variable is unset.'
    return section('ENVIRONMENT', paragraphs([first]), *(item(bold(v.name), v.help) for v in VARIABLES))


def _exit_status() -> str:
    return section('EXIT STATUS', *(item(bold(code), meaning) for code, meaning in topics.EXIT_CODES))


def _examples(examples: Iterable[tuple[str, str]]) -> str:
    return ''.join(paragraphs([words]) + verbatim(code) for words, code in examples)


def leaves(parser: ArgumentParser, name: str, about: str = '') -> Iterator[tuple[str, str, ArgumentParser]]:
    """Every command of a parser, those below others too: its whole name, what it does, and its own parser."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for action in below:
        helps = {one.dest: one.help or '' for one in action._choices_actions}
        for word, found in action.choices.items():
            yield from leaves(found, f'{name} {word}', helps.get(word, ''))
    if not below:
        yield name, parser.description or about, parser


def _calls(parser: ArgumentParser | None, name: str) -> list[str]:
    """A line of the synopsis for every command."""
    return [_call(command, found) for command, _, found in (leaves(parser, name) if parser else ())]


def _call(command: str, parser: ArgumentParser) -> str:
    if parser.usage:
        return usage(parser.usage)
    has_options = any(action.option_strings and not _is_help(action) for action in parser._actions)
    options = f' [{italic("options")}]' * has_options
    return f'{bold(command)}{_required(parser)}{options}{_arguments(parser)}'


def _is_help(action: Action) -> bool:
    return isinstance(action, argparse._HelpAction)


def _arguments(parser: ArgumentParser) -> str:
    shown: dict[object, str] = {None: '{}', '?': '[{}]', '*': '[{}...]', '+': '{}...', '...': '[{}...]'}
    return ''.join(' ' + shown[action.nargs].format(italic(_value(action))) for action in _positionals(parser))


def _required(parser: ArgumentParser) -> str:
    """The options that have to be given (argparse lists them among the others)."""
    found = [action for action in parser._actions if action.option_strings and action.required]
    return ''.join(f' {bold(action.option_strings[0])} {italic(_value(action))}' for action in found)


def _positionals(parser: ArgumentParser) -> list[Action]:
    return [action for action in parser._actions if not action.option_strings]


def _value(action: Action) -> str:
    if action.metavar is None and action.choices is not None:
        return '|'.join(map(str, action.choices))
    return str(action.metavar or action.dest.upper())


def _commands(parser: ArgumentParser, name: str) -> str:
    """What each command does, and its own arguments and options."""
    return ''.join(
        subsection(call, _sentence(about), *_details(found))
        for call, (_, about, found) in zip(_calls(parser, name), leaves(parser, name))
    )


def _sentence(about: str) -> str:
    return f'{text(about[:1].upper() + about[1:])}{"." * (not about.endswith("."))}\n' if about else ''


def _details(parser: ArgumentParser) -> Iterator[str]:
    """The arguments of a command, then its options."""
    for action in sorted(parser._actions, key=lambda action: bool(action.option_strings)):
        if action.help in (None, argparse.SUPPRESS) or _is_help(action):
            continue
        names = spellings(action.option_strings)
        term = ', '.join(map(bold, names)) or italic(_value(action))
        if names and action.nargs != 0:
            term += f' {italic(_value(action))}{"..." * (action.nargs == "+")}'
        yield item(term, str(action.help))
    yield paragraphs([parser.epilog] if parser.epilog else [])
