"""The options that are offered for a verb: its parser accepts all of them."""
from __future__ import annotations

from typing import Any

import pytest
from completion_world import VERB_TABLE, offered

from tao_launcher.commands import verbs
from tao_launcher.commands.help.verb_parser import HelpAsked
from tao_launcher.commands.jobs.exec import split
from tao_launcher.commands.runner import verbs as runner_verbs


def leaves(table: Any, *words: str) -> list[tuple[list[str], Any]]:
    """Every verb with its steps, and its entry."""
    found: list[tuple[list[str], Any]] = []
    for name, entry in table.items():
        found += leaves(entry['verbs'], *words, name) if 'verbs' in entry else [([*words, name], entry)]
    return found


@pytest.mark.parametrize(('program', 'words', 'entry'), [
    (program, words, entry) for program in ('tao', 'tao_pt')
    for words, entry in leaves(VERB_TABLE['tao' if program == 'tao' else 'runner']) if words[0] != 'submit'
], ids=lambda value: ' '.join(value) if isinstance(value, list) else None)
def test_every_option_of_a_verb_is_accepted(program: str, words: list[str], entry: Any) -> None:
    names = offered(*words, '--', program=program)
    assert len(names) == len(entry['options'])
    parser = verbs.parser() if program == 'tao' else runner_verbs.runner_parser(program)
    for name in names:
        option = next(option for option in entry['options'] if name in option['names'])
        value = {'N': '1', 'SECONDS': '1'}.get(option.get('value'), option.get('choices', ['x'])[0])
        needed = [word.get('choices', ['x'])[0] for word in entry['words']]
        required = [] if name == '--tag' or words != ['release'] else ['--tag', 'x']
        given = [value, *(['--'] if option.get('many') else [])] if option.get('value') else []
        line = [*words, name, *given, *needed, *required]
        try:
            parser.parse_known_args(split(line)[0] if words == ['exec'] else line)
        except HelpAsked:
            assert name == '--help'


def test_the_launches_of_the_history() -> None:
    for verb in ('history', 'again'):
        assert offered(verb, 'ab') == ['abcdef0123']
    assert '--dry-run' in offered('again', 'abcdef0123', '')
