"""The digests of base images in a release Dockerfile: found where docker reads them, written where they are."""
from __future__ import annotations

import pytest

from tao_launcher.checkouts.release_base import Base, bases, wanted, with_digests

X86, ARM, NEW, OTHER = (letter * 64 for letter in '123a')
NVIDIAS = f"""# FROM r.test/a/b@sha256:{OTHER}
ARG TARGETARCH # provided by BuildKit
ARG X86_DIGEST={X86}
arg ARM64_DIGEST="{ARM}"\t

FROM r.test/a/b@sha256:${{ARM64_DIGEST}} AS base-arm64
FROM r.test/a/b@sha256:$X86_DIGEST AS base-amd64

FROM base-${{TARGETARCH}}
ARG X86_DIGEST={OTHER}
RUN echo sha256:{OTHER}
"""


def test_nvidias() -> None:
    arm, x86 = bases(NVIDIAS, {})
    assert arm == Base('r.test/a/b', ARM, NVIDIAS.index(ARM), 4, 'arm')
    assert x86 == Base('r.test/a/b', X86, NVIDIAS.index(X86), 3, 'x86')
    after = with_digests(NVIDIAS, (arm, x86), {'x86': f'sha256:{NEW}', 'l4t': f'sha256:{OTHER}'})
    assert after == NVIDIAS.replace(X86, NEW)
    assert with_digests(NVIDIAS, (arm, x86), {'x86': f'sha256:{ARM}', 'arm': f'sha256:{X86}'}) == (
        NVIDIAS.replace(X86, '?').replace(ARM, X86).replace('?', ARM))


@pytest.mark.parametrize(('text', 'entry', 'line'), [
    (f'FROM a/b@sha256:{X86}', '', 1), (f'FROM a/b:tag@sha256:{X86} AS x', '', 1),
    (f'  from --platform=linux/arm64  a/b@sha256:{X86}\r\n', 'arm', 1),
    (f'FROM --platform=linux/amd64 a/b@sha256:{X86} AS base-arm64', 'x86', 1),
    (f'ARG B=a/b@sha256:{X86}\nFROM ${{B}} as base-aarch64', 'arm', 1),
    (f'\nARG A=1 D=sha256:{X86}\nARG B=a/b@$D\nFROM $B', '', 2), (f'FROM a/b@sha256:${{ARM_DIGEST:-{X86}}}', 'arm', 1),
    (f"ARG D='{X86}'\nFROM a/b@sha256:$D\n", '', 1), (f'ARG NAME=b D={X86}\nFROM a/$NAME@sha256:$D', '', 1),
    (f'ARG FARM_DIGEST={X86}\nFROM a/b@sha256:$FARM_DIGEST', '', 1),
])
def test_where_a_digest_is(text: str, entry: str, line: int) -> None:
    assert bases(text, {}) == (Base('a/b', X86, text.index(X86), line, entry),)


@pytest.mark.parametrize('text', [
    '', 'FROM scratch', 'FROM a/b:tag', f'# FROM a/b@sha256:{X86}', f'FROM a/b@sha256:{X86[1:]}', 'FROM', 'ARG\nFROM  ',
    f'FROM x\nARG D={X86}\nFROM a/b@sha256:$D', 'FROM --platform=linux/amd64', 'ARG A=$A\nFROM $A',
    f'RUN echo FROM a/b@sha256:{X86}', 'ARG A=$B$B\nARG B=$A$A\nFROM a$A', 'FROM a/b@sha256:$GONE',
    'ARG A=' + 'x' * 9999 + f'\nFROM $A@sha256:{X86}',
])
def test_what_is_no_base_by_digest(text: str) -> None:
    assert bases(text, {}) == ()


def test_a_digest_that_the_command_line_gives_is_in_no_place() -> None:
    arm, x86 = bases(NVIDIAS, {'X86_DIGEST': NEW, 'D': OTHER})
    assert x86 == Base('r.test/a/b', NEW, -1, 7, 'x86') and arm.digest == ARM
    assert with_digests(NVIDIAS, (x86,), {'x86': f'sha256:{OTHER}'}) == NVIDIAS
    half = f'ARG D={X86[:32]}\nFROM a/b@sha256:${{D}}{X86[32:]}'
    assert bases(half, {}) == (Base('a/b', X86, -1, 2, ''),)


def test_what_is_wanted() -> None:
    (base,) = bases(f'FROM a/b@sha256:{X86} AS base-arm64', {})
    assert wanted(base, {'arm': f'sha256:{NEW}', '': f'sha256:{OTHER}'}) == NEW
    assert wanted(base, {'x86': f'sha256:{NEW}', '': f'sha256:{OTHER}'}) == ''
