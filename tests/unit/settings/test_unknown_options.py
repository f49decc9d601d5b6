"""Abbreviations, which NVIDIA's runners take (argparse), and slips: all of them in one error."""
from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest
from runner_calls import argv_of
from support import tao

from tao_launcher.commands.help.verb_parser import Parser
from tao_launcher.commands.runner.verbs import runner_parser
from tao_launcher.commands.verbs import parser
from tao_launcher.settings.command_line import table
from tao_launcher.settings.programs import RUNNERS
from tao_launcher.settings.unknown_options import (
    OF_RUNNER_VERBS,
    OF_VERBS,
    VALUED,
    WITH_VALUE,
    UnknownOption,
    refusal,
)


@pytest.mark.parametrize('program', RUNNERS)
def test_abbreviations(program: str, checkout: Path) -> None:
    words = ('--vol', '/a:/b', '--mounts', 'x.json', '--gpus', '0', '--run_as_u', '--', 'make', '--vol')
    done = tao(*words, program=program)
    assert done == (2, '', (
        f'{program}: error: unknown options --vol, --mounts, --run_as_u\n    --vol: did you mean --volume?\n'
        '    --mounts: did you mean --mounts_file?\n    --run_as_u: did you mean --run_as_user?\n'
        f'    try: {program} --help options\n'
    ))
    assert argv_of(program, checkout, '--', 'make', '--vol')[-2:] == ['make', '--vol']


def test_what_an_abbreviation_leaves_open() -> None:
    """One may mean several, of which some take a value: what follows is not read then."""
    known = table('tao_tf2')
    for name, meant in (('--run_as', '--run_as_service, --run_as_user'), ('--port_', '--port_mapping')):
        assert refusal([UnknownOption(name, None, '')], 'tao_tf2', known).why == (f'did you mean {meant}?',)
    done = tao('--po', '80:80', '--vol', 'a:b', program='tao_tf2')
    assert done.err == (
        'tao_tf2: error: unknown options --po, --vol\n    --po: did you mean --port, --port_mapping?\n'
        '    --vol: did you mean --volume?\n    try: tao_tf2 --help options\n'
    )
    done = tao('--ver', '--vol', 'a:b', program='tao_tf2')
    assert 'unknown options --ver, --vol\n    --ver: did you mean --verbose, --version?\n' in done.err
    done = tao('--en', 'x', '--vol', 'a:b', program='tao_tf2')
    assert 'unknown option --en\n    did you mean --engine, --entrypoint, --env, --envsetup?\n' in done.err


@pytest.mark.parametrize('program', RUNNERS)
def test_options_of_the_runners_verbs(program: str) -> None:
    """All that they have and the runner itself has not, with a value where they take one."""
    of_verbs: dict[str, tuple[str, ...]] = {}
    with_value = set()
    for name, verb in verbs_of_runner(program).items():
        for action in verb._actions:
            option = next((each for each in action.option_strings if each.startswith('--') and '_' not in each), '')
            if option and option not in ('--help', '--dry-run', '--tag'):
                of_verbs[option] = (*of_verbs.get(option, ()), name)
                with_value |= {option} if action.nargs != 0 else set()
    assert (of_verbs, with_value) == (OF_RUNNER_VERBS, set(WITH_VALUE))


def verbs_of_runner(program: str) -> dict[str, Parser]:
    """The parsers of its verbs."""
    (found,) = (action.choices for action in runner_parser(program)._actions if isinstance(action.choices, dict))
    return found


@pytest.mark.parametrize(('words', 'error'), [
    (['--push', 'build'], 'unknown option --push\n'
     '    it is an option of tao_pt build and release, and goes after that\n    try: tao_pt build --push …\n'),
    (['--push', 'release'], 'unknown option --push\n'
     '    it is an option of tao_pt build and release, and goes after that\n    try: tao_pt release --push …\n'),
    (['--build_arg', 'A=s3cr3t', 'build'], 'unknown option --build_arg\n'
     '    it is an option of tao_pt build and release, and goes after that\n    try: tao_pt build --build_arg …\n'),
    (['--wheel', '--force', 'release', '--tag', 'x'], 'unknown options --wheel, --force\n'
     '    --wheel: it is an option of tao_pt release, and goes after that (tao_pt release --wheel …)\n'
     '    --force: it is an option of tao_pt build and release, and goes after that (tao_pt release --force …)\n'
     '    try: tao_pt --help options\n'),
    (['--x86'], 'unknown option --x86\n'
     '    it is an option of tao_pt build, and goes after that\n    try: tao_pt build --x86 …\n'),
    (['--platform', 'linux/arm64', 'build'],
     '--platform goes after build\n    try: tao_pt build --platform OS/ARCH …\n'),
])
def test_an_option_of_a_verb_before_it(
    words: list[str], error: str, checkout: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(checkout)
    assert tao(*words, program='tao_pt') == (2, '', f'tao_pt: error: {error}')


def test_options_of_taos_verbs() -> None:
    """All that they have and the launcher itself has not, with a value where they take one."""
    of_verbs: dict[str, tuple[str, ...]] = {}
    with_value = set()
    for verb, own in verbs_of_tao():
        for action in own._actions:
            for name in action.option_strings:
                if name not in table('tao') and '_' not in name:
                    of_verbs[name] = (*of_verbs.get(name, ()), verb)
                    with_value |= {name} if action.nargs != 0 else set()
    assert (of_verbs, with_value) == (OF_VERBS, set(VALUED))


def verbs_of_tao() -> Iterator[tuple[str, Parser]]:
    """The verbs with their parsers, those with steps by their steps; submit's options are the launcher's own."""
    (found,) = (action.choices for action in parser()._actions if isinstance(action.choices, dict))
    for verb, own in found.items():
        steps = [action.choices for action in own._actions if isinstance(action.choices, dict)]
        if verb != 'submit':
            yield from ((f'{verb} {step}', each) for step, each in steps[0].items()) if steps else [(verb, own)]


@pytest.mark.parametrize(('words', 'error'), [
    ('-a list', 'unknown option -a\n    it is an option of tao list, and goes after that\n    try: tao list -a\n'),
    ('--all-users list -a', 'unknown option --all-users\n    it is an option of tao list, and goes after that\n'
     '    try: tao list --all-users …\n'),
    ('--format json list', 'unknown option --format\n    it is an option of tao list, and goes after that\n'
     '    try: tao list --format json\n'),
    ('--format=json config show', 'unknown option --format\n'
     '    it is an option of tao config show, and goes after that\n'
     '    try: tao config show --format=json\n'),
    ('--tail 3 logs x', 'unknown option --tail\n    it is an option of tao logs, and goes after that\n'
     '    try: tao logs --tail 3 …\n'),
    ('-n 3 history', 'unknown option -n\n    it is an option of tao history, and goes after that\n'
     '    try: tao history -n 3\n'),
    ('--time 5 stop x', 'unknown option --time\n    it is an option of tao stop, and goes after that\n'
     '    try: tao stop --time 5 …\n'),
    ('--time 5 submit slurm dino', 'unknown option --time\n'
     '    it is an option of tao submit slurm, and goes after that\n    try: tao --help options\n'),
    ('--watch', 'unknown option --watch\n    it is an option of tao progress, and goes after that\n'
     '    try: tao progress --watch …\n'),
    ('--yes dino', 'unknown option --yes\n    it is an option of tao stop, pull and config init, and goes after that\n'
     '    try: tao --help options\n'),
    ('-a --format json list', 'unknown options -a, --format\n'
     '    -a: it is an option of tao list, and goes after that (tao list -a)\n'
     '    --format: it is an option of tao list, and goes after that (tao list --format json)\n'
     '    try: tao --help options\n'),
    ('-a stdin dino', "unknown option -a\n    --docker-arg passes an option on to docker run\n"
     '    try: tao --docker-arg=--attach=stdin …\n'),
])
def test_an_option_of_taos_verb_before_it(words: str, error: str) -> None:
    assert tao(*words.split()) == (2, '', f'tao: error: {error}')


def test_another_program_has_no_such_verbs() -> None:
    assert 'goes after' not in tao('--push', 'list').err and 'unknown option --push' in tao('--push', 'list').err
