"""Doctor's findings for a person: what is wrong first."""
from __future__ import annotations

import pytest

from tao_launcher.base.output import Output
from tao_launcher.commands.doctor.findings import Finding
from tao_launcher.commands.doctor.report import COLORS, has_failed, table

FINDINGS = [
    Finding('client', 'ok', '/usr/bin/docker'), Finding('platform', 'info', 'Linux'), Finding('GPUs', 'warn', 'none'),
    Finding('login', 'info', 'none', 'log in'), Finding('mounts file', 'fail', 'a\x1b[31m\nb', 'correct it'),
    Finding('python', 'ok', '3.13'),
]


def test_what_is_wrong_with_the_fix_below_and_a_line_for_the_rest() -> None:
    assert table(FINDINGS, Output('tao', {}), every=False, next_step='') == (
        'fail  mounts file  a\\x1b[31m\\nb\n'
        '                   fix: correct it\n'
        'warn  GPUs         none\n'
        'info  login        none\n'
        '                   fix: log in\n'
        '3 checks are fine (--all)\n'
        'not ready: 1 to fix (fail)\n'
    )


def test_every_finding() -> None:
    lines = table(FINDINGS, Output('tao', {}), every=True, next_step='').splitlines()
    assert [line.split()[1] for line in lines if not line.startswith(' ')] == [
        'mounts', 'GPUs', 'login', 'platform', 'client', 'python', 'ready:',
    ]
    assert len(lines) == len(FINDINGS) + 3  # two fixes, and the last line


@pytest.mark.parametrize(('findings', 'text'), [
    (FINDINGS[:1], '1 check is fine (--all)\nready\n'),
    (FINDINGS[:2], '2 checks are fine (--all)\nready\n'),
    (FINDINGS[2:3], 'warn  GPUs  none\nready\n'),
])
def test_how_many_are_fine(findings: list[Finding], text: str) -> None:
    assert table(findings, Output('tao', {}), every=False, next_step='') == text


def test_the_next_step_is_last() -> None:
    assert table(FINDINGS[:1], Output('tao', {}), every=True, next_step='tao config init\x1b').endswith(
        '\nready\nnext: tao config init\\x1b\n',
    )


def test_every_status_has_a_color_and_stays_aligned() -> None:
    output = Output('tao', {})
    output.color('always')
    lines = table(FINDINGS, output, every=True, next_step='').splitlines()
    assert {finding.status for finding in FINDINGS} == set(COLORS)
    assert '\x1b[32mok\x1b[0m    client       /usr/bin/docker' in lines
    assert lines[0].startswith('\x1b[31mfail\x1b[0m  mounts file  ')


def test_a_warning_is_no_failure() -> None:
    assert has_failed(FINDINGS) and not has_failed(FINDINGS[:4])
