"""Doctor's findings for a person."""
from __future__ import annotations

from tao_launcher.base.output import Output
from tao_launcher.commands.doctor.findings import Finding
from tao_launcher.commands.doctor.report import COLORS, table

FINDINGS = [
    Finding('client', 'ok', '/usr/bin/docker'), Finding('mounts file', 'fail', 'a\x1b[31m\nb', 'correct it'),
    Finding('GPUs', 'warn', 'none'), Finding('login', 'info', 'none'),
]


def test_a_line_for_each_with_the_fix_below() -> None:
    assert table(FINDINGS, Output('tao', {})) == (
        'ok    client       /usr/bin/docker\n'
        'fail  mounts file  a\\x1b[31m\\nb\n'
        '                   fix: correct it\n'
        'warn  GPUs         none\n'
        'info  login        none\n'
        'not ready: 1 to fix (fail)\n'
    )
    assert table(FINDINGS[2:], Output('tao', {})).endswith('\nready\n')


def test_every_status_has_a_color_and_stays_aligned() -> None:
    output = Output('tao', {})
    output.color('always')
    lines = table(FINDINGS, output).splitlines()
    assert {finding.status for finding in FINDINGS} == set(COLORS)
    assert lines[0] == '\x1b[32mok\x1b[0m    client       /usr/bin/docker'
    assert lines[1].startswith('\x1b[31mfail\x1b[0m  mounts file  ')
