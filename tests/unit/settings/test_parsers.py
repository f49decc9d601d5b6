"""How values are written: what each parser takes, what it gives, and what it says it expected."""
from __future__ import annotations

import re
from typing import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tao_launcher.settings import container_values, parsers
from tao_launcher.settings.values import Gpus

# What --engine takes.
ENGINES = 'expected docker, podman, docker:/path/of/it, "sudo -n docker", apptainer or none'
DIGEST = 'sha256:' + '0' * 64


@pytest.mark.parametrize(('parse', 'text', 'value'), [
    (parsers.destination, '/a/../b//c/', '/b/c'),
    (parsers.mode, 'ro,z', 'ro,z'),
    (container_values.size, '1.5 GiB', '1.5 GiB'),
    (container_values.size, '0.5g', '0.5g'),
    (parsers.gpus, 'all', Gpus('all')),
    (parsers.gpus, ' "device=0,1" ', Gpus('ids', ('0', '1'))),
    (parsers.gpus, '2', Gpus('ids', ('2',))),
    (parsers.gpus, 'count=2', Gpus('count', first=2)),
    (parsers.gpus, 'free', Gpus('free', first=1)),
    (parsers.gpus, 'free:3', Gpus('free', first=3)),
    (parsers.gpus, 'GPU-1a,MIG-2/3/4', Gpus('ids', ('GPU-1a', 'MIG-2/3/4'))),
    (parsers.gpus, '0:1', Gpus('ids', ('0:1',))),
    (parsers.user, '1000:1000', '1000:1000'),
    (parsers.user, 'root', 'root'),
    (parsers.user, '2147483647:0', '2147483647:0'),
    (parsers.user, '$(id -u):$(id -g)', 'host'),
    (parsers.user, '"${UID}:${GID}"', 'host'),
    (parsers.variable, 'A=b=c', ('A', 'b=c')),
    (parsers.variable, 'A', ('A', None)),
    (parsers.variable, 'A=', ('A', '')),
    (container_values.container_name, 'a_b.c-1', 'a_b.c-1'),
    (parsers.word, 'host', 'host'),
    (parsers.seconds, '030', 30),
    (parsers.image, f'r.test:5000/a/b@{DIGEST}', f'r.test:5000/a/b@{DIGEST}'),
    *((parsers.image, right, right) for right in (
        'a', 'a:1', 'A.test/b', '[::1]:5000/a', 'localhost/a_b/c__d/e--f.g:X_1', f'a:1@{DIGEST}', DIGEST, 'a' * 12,
        f'a@sha512:{"0" * 128}',
    )),
    (parsers.tag, '7.1.0-pyt', '7.1.0-pyt'),
    (container_values.registry, 'h:5000/p/', 'h:5000/p'),
    (parsers.volume, '~/a:/b/', ('~/a', '/b', '')),
    (parsers.volume, '/a:/b:ro', ('/a', '/b', 'ro')),
    (parsers.volume, '../a b', ('../a b', '', '')),
    (parsers.dry_run, '1', 'shell'),
    (parsers.dry_run, 'No', ''),
    (parsers.dry_run, 'json', 'json'),
    (parsers.pull, 'newer', 'newer'),
    (parsers.color, 'never', 'never'),
    (parsers.engine, "sudo -n '/a b/docker'", ('sudo', '-n', '/a b/docker')),
    *((parsers.engine, right, (*right.split(),)) for right in (
        'setsid --wait docker', 'systemd-run --user --scope docker', 'nice -n 5 docker', 'docker --context ssh',
    )),
    (parsers.engine, 'none', ('none',)), (parsers.engine, 'docker --context none', ('docker', '--context', 'none')),
])
def test_taken(parse: Callable[[str], object], text: str, value: object) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(('parse', 'text', 'expected'), [
    (parsers.destination, 'a', 'expected an absolute path in the container'),
    (parsers.destination, '$A/b', 'expected an absolute path in the container (variables are not expanded in it)'),
    (parsers.destination, '/a/..', 'expected a folder below / of the container, not / itself'),
    (parsers.mode, 'ro,ro', 'expected ro, rw, z or Z, or two of them joined by a comma'),
    (parsers.mode, 'ro,rw', 'expected only one of ro and rw, and only one of z and Z'),
    (container_values.size, '16GB!', 'expected a size such as 16G, 512M or a number of bytes'),
    (container_values.size, '0.0G', 'expected a size above 0'),
    (parsers.gpus, 'count=0', 'expected count=N with N from 1 to 9999'),
    (parsers.gpus, 'count=10000', 'expected count=N with N from 1 to 9999'),
    (parsers.gpus, '0,0', 'expected every GPU once'),
    (parsers.gpus, '-1', 'expected all, none, 0,1, GPU-UUID, MIG-UUID, count=N or free:N'),
    (parsers.user, 'UID:gid', 'expected numbers such as 1000:1000, or host for the caller'),
    (parsers.user, '4294967296', 'expected numbers up to 2147483647, the largest of a user or group'),
    (parsers.user, 'root:2147483648', 'expected numbers up to 2147483647, the largest of a user or group'),
    (parsers.user, '1:2:3', 'expected UID:GID, a user name of the image, or host for the caller'),
    (parsers.variable, 'a b=1', 'expected NAME=VALUE or NAME'),
    (container_values.container_name, 'a', 'expected two or more letters, digits, _ . -, the first a letter or digit'),
    (parsers.word, '-x', 'expected a name without blanks'),
    (parsers.seconds, '-1', 'expected a whole number of seconds'),
    *((parsers.image, wrong, 'expected an image such as nvcr.io/nvidia/tao/tao-toolkit:6.0.0-pyt') for wrong in (
        '--x', 'a b', 'BAD', 'a/B:1', 'a:', 'a:-1', 'a//b', 'a/', '/a', 'a:1:2', f'a:{"x" * 129}', 'a..b', '',
    )),
    *((parsers.image, f'nvcr.io/x@{wrong}', 'expected "sha256:" and 64 hex digits after the @') for wrong in (
        '', 'sha256:1234', 'sha256:', DIGEST[:-1], f'{DIGEST}0', DIGEST.upper(), f'{DIGEST}@{DIGEST}', 'latest',
    )),
    (parsers.tag, '.a', 'expected a tag such as 6.0.0-pyt'),
    (container_values.registry, 'https://x', 'expected HOST[:PORT][/PREFIX], without https://'),
    (parsers.volume, ':/a', 'expected SRC, SRC:DST or SRC:DST:MODE (a path with ":" fits into the mounts file only)'),
    (parsers.volume, '/a\n:/b', 'line breaks are not allowed here'),
    (parsers.dry_run, 'yaml', 'expected shell, pretty or json'),
    (parsers.pull, 'no', 'expected missing, always or never'),
    (parsers.color, 'on', 'expected auto, always or never'),
    (parsers.engine, ' ', ENGINES),
    (parsers.engine, "'a", 'No closing quotation'),
    (parsers.engine, 'none x', ENGINES),
    (parsers.engine, 'sudo -n none', ENGINES),
])
def test_refused(parse: Callable[[str], object], text: str, expected: str) -> None:
    with pytest.raises(ValueError) as error:
        parse(text)
    assert str(error.value) == expected


@pytest.mark.parametrize(('value', 'is_one'), [
    (DIGEST, True), (DIGEST[:-1], False), (DIGEST.upper(), False), (f'{DIGEST}\n', False), ('0' * 64, False),
    (7, False), (None, False),
])
def test_digests(value: object, is_one: bool) -> None:
    assert parsers.is_digest(value) is is_one


def test_the_wording_of_a_choice() -> None:
    assert parsers.one_of('a', 'b', 'c') == 'expected a, b or c'


TOO_LARGE = ('expected a size below 8192P', 'expected numbers up to 2147483647')
NOT_ZERO = '(?=[^1-9]*[1-9])'  # hypothesis only throws away what does not look ahead to this
PATTERNS: dict[Callable[[str], object], str] = {
    container_values.size: NOT_ZERO + r'[0-9]{1,19}(\.[0-9]{1,19})? ?([kKmMgGtTpP][iI]?)?[bB]?',
    parsers.user: '([0-9]{1,10}|[a-zA-Z_][a-zA-Z0-9_.-]*)(:([0-9]{1,10}|[a-zA-Z_][a-zA-Z0-9_.-]*))?',
    parsers.variable: r'[^\s=]+(=[\s\S]*)?',
    container_values.container_name: '[a-zA-Z0-9][a-zA-Z0-9_.-]+',
    parsers.word: r'[^\s-]\S*',
    parsers.seconds: '[0-9]{1,6}',
    parsers.tag: '[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}',
}


@pytest.mark.parametrize('parse', PATTERNS, ids=lambda parse: parse.__name__)
@given(data=st.data())
def test_what_is_taken_is_a_pattern(parse: Callable[[str], object], data: st.DataObject) -> None:
    """Nothing but what the pattern says, whatever digits, letters and blanks other scripts have."""
    right = st.from_regex(PATTERNS[parse].replace(NOT_ZERO, ''), fullmatch=True)
    odd = st.sampled_from('az09AZ_.-:/=,kKiIbBgG\n\r\t \x1c\xa0\u2028²٣é\u212a\0')
    text = data.draw(right | st.text(odd, max_size=6) | st.tuples(right, odd, right).map(''.join))
    assume(text.lower() != 'uid:gid')
    try:
        parse(text)
    except ValueError as e:
        assert str(e).startswith(TOO_LARGE) or not re.fullmatch(PATTERNS[parse], text)
    else:
        assert re.fullmatch(PATTERNS[parse], text)
