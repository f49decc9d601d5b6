"""The picture of a session: recorded again it is the same, and anyone can read it."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from support import CHECKOUT

PICTURE = CHECKOUT / '.media' / 'session.svg'
SVG = '{http://www.w3.org/2000/svg}'


def test_it_is_of_this_checkout_and_a_change_is_named(tmp_path: Path) -> None:
    """In a copy whose picture has one other line: that one differs and no other, and the remedy is said."""
    (tmp_path / 'tests').mkdir()
    for name in ('.media', 'bin', 'tao_launcher', 'tests/schemas.json', 'tests/unit'):
        subprocess.run(['cp', '-r', CHECKOUT / name, tmp_path / name], check=True)
    copy = tmp_path / '.media' / 'session.svg'
    lines = copy.read_text(encoding='utf-8').splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith('<text') and '>130<' in line)
    changed = lines[at].replace('>130<', '>0<')
    copy.write_text(''.join([*lines[:at], changed, *lines[at + 1:]]), encoding='utf-8')
    done = subprocess.run(
        [sys.executable, tmp_path / 'bin' / 'record_session', '--check'], capture_output=True, encoding='utf-8',
        timeout=120, check=False,
    )
    differing = [line for line in done.stdout.splitlines(keepends=True) if line[0] in '+-' and line[:3] not in (
        '+++', '---')]
    assert (done.returncode, differing) == (1, [f'-{changed}', f'+{lines[at]}']), done.stderr + done.stdout
    assert done.stderr == 'the picture is not of this checkout; record it again: bin/record_session\n'


def test_it_is_text_with_a_title_and_a_description() -> None:
    top = ElementTree.parse(PICTURE).getroot()
    title, description = top.find(f'{SVG}title'), top.find(f'{SVG}desc')
    assert title is not None and description is not None
    assert (top.get('role'), top.get('aria-labelledby')) == ('img', f'{title.get("id")} {description.get("id")}')
    shown = [text.text or '' for text in top.iter(f'{SVG}text')]
    said = description.text or ''
    assert [part for part in shown if part not in said] == []
    assert ''.join(''.join(shown).split()) == ''.join(said.split())


def test_it_shows_a_run_an_interrupt_and_the_progress_of_jobs() -> None:
    said = PICTURE.read_text(encoding='utf-8')
    for part in ('$ tao --gpus 0,1 dino train', '>^C<', '$ echo $?', '$ tao list', '37/80 46% 3h06'):
        assert part in said


def test_its_letters_stand_out_from_its_own_background() -> None:
    """So that it reads on a dark page and on a light one: WCAG asks for a contrast of 4.5."""
    top = ElementTree.parse(PICTURE).getroot()
    background = next(top.iter(f'{SVG}rect')).get('fill') or ''
    fills = {part.get('fill') for kind in ('g', 'text') for part in top.iter(f'{SVG}{kind}')} - {None}
    assert len(fills) > 1
    assert [fill for fill in fills if _contrast(str(fill), background) < 4.5] == []


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
