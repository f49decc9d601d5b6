"""What is written where: results to stdout, byte for byte, and everything else to stderr."""
from __future__ import annotations

import os
import sys

import pytest

from tao_launcher.base.errors import ResultLost, UsageError
from tao_launcher.base.output import Output, OutputClosed, shown


def output(**environ: str) -> Output:
    return Output('tao', environ)


def test_an_error_with_its_reasons_and_what_to_try(capfd: pytest.CaptureFixture[str]) -> None:
    output().error(UsageError('what', 'why', 'and why', advice='tao --help'))
    assert tuple(capfd.readouterr()) == ('', 'tao: error: what\n    why\n    and why\n    try: tao --help\n')


def test_an_error_without_secrets(capfd: pytest.CaptureFixture[str]) -> None:
    word = 'NGC_API_KEY=s3cr3t'
    output().error(UsageError(f'no task {word}', f'{word} is none', 'TOKEN: not set', advice=f'tao -- {word}'))
    assert tuple(capfd.readouterr()) == ('', (
        'tao: error: no task NGC_API_KEY=***\n    NGC_API_KEY=*** is none\n    TOKEN: not set\n'
        '    try: tao -- NGC_API_KEY=***\n'
    ))


def test_quiet_is_without_notices_and_progress(capfd: pytest.CaptureFixture[str]) -> None:
    for quiet, expected in ((False, 'tao: notice: n\ntao: p\ntao: s\n'), (True, 'tao: s\n')):
        out = output()
        out.set_up(quiet=quiet, verbose=False, color='auto')
        out.notice('n')
        out.progress('p')
        out.verbose('v')
        out.say('s')
        assert tuple(capfd.readouterr()) == ('', expected)


def test_verbose(capfd: pytest.CaptureFixture[str]) -> None:
    out = output()
    out.set_up(quiet=False, verbose=True, color='auto')
    out.verbose('read from ssh://u:pw@host')
    assert capfd.readouterr().err == 'tao: read from ssh://u:***@host\n'


@pytest.mark.parametrize(('text', 'seen'), [
    ('plain', 'plain'), ('\x1b[31mred', '\\x1b[31mred'), ('tcp://u:pw@h:1', 'tcp://u:***@h:1'),
])
def test_what_people_see(text: str, seen: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert shown(text) == seen
    output().notice(text)
    assert capfd.readouterr().err == f'tao: notice: {seen}\n'


def test_a_result_is_bytes_as_they_are(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    output().result('\x1b[31m ü \udcff')
    assert capfdbinary.readouterr().out == '\x1b[31m ü '.encode() + b'\xff'


def test_a_result_that_nobody_reads(capfd: pytest.CaptureFixture[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    saved = os.dup(1)
    os.dup2(write, 1)
    try:
        with pytest.raises(OutputClosed):
            output().result('x')
    finally:
        os.dup2(saved, 1)
        os.close(saved)
        os.close(write)
    assert OutputClosed.code == 141


def test_a_result_without_stdout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, 'stdout', None)
    with pytest.raises(ResultLost) as error:
        output().result('x')
    assert (error.value.what, error.value.code) == ('standard output is closed', 1)


def test_aside_keeps_stdout_for_the_result(capfd: pytest.CaptureFixture[str]) -> None:
    out = output()
    with out.aside():
        os.write(1, b'talk\n')
    out.result('result\n')
    assert tuple(capfd.readouterr()) == ('result\n', 'talk\n')


def test_a_line_that_a_shell_takes() -> None:
    assert output().line(['docker', 'run', 'a b', "it's", '']) == "docker run 'a b' 'it'\"'\"'s' ''\n"


@pytest.mark.parametrize(('environ', 'color', 'is_painted'), [
    ({}, 'auto', False), ({}, 'always', True), ({'NO_COLOR': '1'}, 'always', True), ({'TERM': 'dumb'}, 'never', False),
])
def test_color(environ: dict[str, str], color: str, is_painted: bool) -> None:
    pytest.importorskip('colorama')
    out = output(**environ)
    out.set_up(quiet=False, verbose=False, color=color)
    assert out.painted('word', 'RED') == ('\x1b[31mword\x1b[0m' if is_painted else 'word')


def test_another_word_for_color() -> None:
    with pytest.raises(UsageError) as error:
        output().set_up(quiet=False, verbose=False, color='sometimes')
    assert error.value.what == '--color: "sometimes": expected auto, always or never'


def test_a_job_s_own_output(capfd: pytest.CaptureFixture[str]) -> None:
    out = output()
    out.log('')
    out.log('one\ntwo\n')
    assert capfd.readouterr().err == 'one\ntwo\n'
