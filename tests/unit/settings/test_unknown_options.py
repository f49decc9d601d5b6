"""Abbreviations, which NVIDIA's runners take (argparse), and slips: all of them in one error."""
from __future__ import annotations

from pathlib import Path

import pytest
from runner_calls import argv_of
from support import tao

from tao_launcher.settings.command_line import table
from tao_launcher.settings.programs import RUNNERS
from tao_launcher.settings.unknown_options import UnknownOption, refusal


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
