"""tao bundle: its steps as command lines."""
from __future__ import annotations

import argparse

import pytest
from image_answers import Engine
from support import tao

from tao_launcher.commands.help.verb_parser import Parser
from tao_launcher.commands.images.steps import STEPS, add


@pytest.mark.parametrize('step', [step for step, _ in STEPS])
def test_help_of_a_step(engine: Engine, step: str) -> None:
    done = tao('bundle', step, '--help')
    assert (done.code, done.err) == (0, '')
    assert done.out.startswith(f'usage: tao bundle {step} ')
    assert engine.calls == []


def test_only_save_takes_tasks() -> None:
    parser = Parser(prog='tao bundle')
    add(parser)
    (steps,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    assert {name for name, one in steps.choices.items() if ' TASK ' in one.format_usage()} == {'save'}
    assert parser.parse_args(['save', 'b', 'dino', '--release', '6.0.0']).release == '6.0.0'


def test_without_a_step(engine: Engine) -> None:
    done = tao('bundle')
    assert (done.code, done.out) == (2, '')
    assert done.err.startswith('tao: error: tao bundle: which step? save, verify, load\n')


def test_verify_asks_no_engine(engine: Engine) -> None:
    done = tao('bundle', 'verify', '/nothing-here', '--dry-run')
    assert (done.code, done.out) == (1, '')
    assert engine.calls == []
