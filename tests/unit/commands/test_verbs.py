"""The verbs: which words they take, and what is said of others."""
from __future__ import annotations

import pytest
from engine_answers import Engine
from support import tao


@pytest.mark.parametrize(('words', 'err'), [
    (['list', 'dino'], 'list: unexpected "dino"\n    try: tao list --help\n'),
    (['list', '--al'], 'list: unexpected "--al"\n    try: tao list --help\n'),
    (['list', '--engine', 'podman'],
     '--engine is an option of the launcher and goes before list\n    try: tao --engine CMD list …\n'),
    (['list', '=x'], 'list: unexpected "=x"\n    try: tao list --help\n'),
    (['list', '-q'], '-q is an option of the launcher and goes before list\n    try: tao --quiet list …\n'),
    (['info', '--dry-run'],
     '--dry-run is an option of the launcher and goes before info\n    try: tao --dry-run info …\n'),
    (['exec'], 'tao exec: missing JOB\n    try: tao exec --help\n'),
    (['pull', '--release'], 'argument --release: expected one argument\n    try: tao pull --help\n'),
    (['list', '--format', 'xml'], None),
])
def test_usage(engine: Engine, words: list[str], err: str) -> None:
    done = tao(*words)
    assert (done.code, done.out, engine.calls) == (2, '', [])
    assert err is None or done.err == f'tao: error: {err}'


def test_explain_is_of_launches() -> None:
    done = tao('--explain', 'config', 'show')
    assert (done.code, done.out, done.err) == (
        2, '', 'tao: error: --explain explains a launch, which config does not do\n    try: tao --explain TASK …\n')
