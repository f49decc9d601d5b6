"""Writing a digest into docker/manifest.json: that value, and no other byte."""
from __future__ import annotations

import json
import re
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tao_launcher.base.errors import ConfigError
from tao_launcher.base.host import package_data
from tao_launcher.checkouts import manifest
from tao_launcher.checkouts.manifest import DigestField

PROFILES = json.loads(package_data('runners.json'))
SHAPES = [(program, shape) for program, profile in PROFILES.items() for shape in profile['manifest_shapes']]
NEW = 'sha256:' + 'c' * 64
OLD = 'sha256:' + 'a' * 64
MACHINES = {'x86_64': 'x86', 'amd64': 'x86', 'aarch64': 'arm', 'arm64': 'arm'}


def rewritten(data: bytes, machine: str = 'x86_64') -> bytes:
    return manifest.with_digest(data, manifest.place(data, '/m.json', machine), NEW)


@pytest.mark.parametrize(('program', 'shape'), SHAPES)
def test_every_known_shape(program: str, shape: dict[str, Any]) -> None:
    """As if the author had written the new digest by hand."""
    for machine, indent, end in product(MACHINES, (None, 2, 4, '\t'), ('', '\n', '\r\n\n')):
        check_shape(shape, indent, end, machine)


def check_shape(shape: dict[str, Any], indent: Any, end: str, machine: str) -> None:
    before = json.dumps(shape, indent=indent) + end
    where = manifest.place(before.encode(), '/m.json', machine)
    after = manifest.with_digest(before.encode(), where, NEW).decode()
    if 'digests' in shape:
        assert where == DigestField(('digests', MACHINES[machine]), shape['digests'][MACHINES[machine]])
    else:
        assert where == DigestField(('digest',), shape.get('digest', ''))
    if where.old:
        assert after == before.replace(where.old, NEW)
    else:
        assert after == json.dumps({**shape, 'digest': NEW}, indent=indent) + end
    assert rewritten(after.encode(), machine) == after.encode()


@pytest.mark.parametrize(('before', 'after'), [
    # beside the tag, with the blanks that its neighbours have
    ('{"registry": "r","tag" :"t", "repository": "p"}',
     '{"registry": "r","tag" :"t","digest" :"NEW", "repository": "p"}'),
    ('{"tag": "t",\r\n "registry": "r",\r\n "repository": "p"}\r\n',
     '{"tag": "t",\r\n "digest": "NEW",\r\n "registry": "r",\r\n "repository": "p"}\r\n'),
    # without a tag after the repository
    ('{\n  "registry": "r",\n  "repository": "p",\n  "_note": "x"\n}\n',
     '{\n  "registry": "r",\n  "repository": "p",\n  "digest": "NEW",\n  "_note": "x"\n}\n'),
    # whatever stands there now
    ('{"digest": null, "tag": "t"}', '{"digest": "NEW", "tag": "t"}'),
    ('{"digest": {"a": [1, "}"]}}', '{"digest": "NEW"}'), ('{"digest":\n12}', '{"digest":\n"NEW"}'),
    ('\ufeff{"digest": "x"}', '\ufeff{"digest": "NEW"}'),
    # names that are written in another way, or are values elsewhere
    (r'{"dig\u0065st": "x"}', r'{"dig\u0065st": "NEW"}'),
    ('{"a": "digest", "b": {"digest": "x"}, "c": "\\"digest\\": \\"\\\\", "digest": "x"}',
     '{"a": "digest", "b": {"digest": "x"}, "c": "\\"digest\\": \\"\\\\", "digest": "NEW"}'),
    # digests of other machines
    ('{"digests": {}}', '{"digests": {"x86": "NEW"}}'), ('{"digests": {\n}}', '{"digests": {"x86": "NEW"\n}}'),
    ('{"digests": {"arm": "x"}}', '{"digests": {"arm": "x","x86": "NEW"}}'),
    ('{"digests": {\n    "arm": "x"\n  }\n}', '{"digests": {\n    "arm": "x",\n    "x86": "NEW"\n  }\n}'),
    ('{"digests": {"arm":"x" , "ppc": "y"}}', '{"digests": {"arm":"x" , "ppc": "y" , "x86": "NEW"}}'),
    ('{"digest": "x", "digests": {"x86": "y"}, "tag": "t"}', '{"digest": "x", "digests": {"x86": "NEW"}, "tag": "t"}'),
    ('{"digests": null, "digest": "x"}', '{"digests": null, "digest": "NEW"}'),
])
def test_other_shapes(before: str, after: str) -> None:
    assert rewritten(before.encode()).decode() == after.replace('NEW', NEW)


def test_a_machine_of_another_kind_has_its_own_entry() -> None:
    assert json.loads(rewritten(b'{"digests": {"x86": "a"}}', 'riscv64')) == {'digests': {'x86': 'a', 'riscv64': NEW}}


@pytest.mark.parametrize(('data', 'faults'), [
    (b'[]', ['a list: expected an object {...}']),
    (b'{"digests": "x"}', ['digests: a string: expected an object {...}']),
    (b'{"digest": "x", "digest": "y"}', ['digest: appears more than once']),
])
def test_faults(data: bytes, faults: list[str]) -> None:
    with pytest.raises(ConfigError) as error:
        manifest.place(data, '/m.json', 'x86_64')
    assert (error.value.what, list(error.value.why)) == ('/m.json: 1 problem', faults)


BLANKS = st.sampled_from(['', ' ', '\n', '\r\n', '\t', '\n    ', '  \n'])
NAMES = st.sampled_from(['registry', 'repository', 'tag', 'digest', 'digests', '_comment', 'ü', 'a"b\\', '{', ','])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=['Cs'], exclude_characters='\0')),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab"{}', max_size=2), inner, max_size=3),
    max_leaves=5,
)
DIGESTS = st.dictionaries(st.sampled_from(['x86', 'arm', 'other']), st.just(OLD) | st.none(), max_size=3)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A manifest as nobody would write it, but may."""
    def written(value: object) -> str:
        if isinstance(value, dict):
            members = (
                f'{draw(BLANKS)}{json.dumps(key, ensure_ascii=draw(st.booleans()))}{draw(BLANKS)}:{draw(BLANKS)}'
                f'{written(item)}{draw(BLANKS)}' for key, item in value.items()
            )
            return '{' + (','.join(members) or draw(BLANKS)) + '}'
        return json.dumps(value, ensure_ascii=draw(st.booleans()))

    members = draw(st.dictionaries(NAMES, VALUES, min_size=1))
    if 'digests' in members:
        members['digests'] = draw(DIGESTS)
    order = draw(st.permutations(list(members)))
    return draw(BLANKS) + written({name: members[name] for name in order}) + draw(BLANKS)


@given(documents(), st.sampled_from(sorted(MACHINES)))
def test_one_value_and_nothing_else(text: str, machine: str) -> None:
    before = json.loads(text)
    where = manifest.place(text.encode(), '/m.json', machine)
    after = manifest.with_digest(text.encode(), where, NEW).decode()
    expected = json.loads(text)
    holder = expected['digests'] if len(where.keys) > 1 else expected
    was_there = where.keys[-1] in holder
    holder[where.keys[-1]] = NEW
    assert json.loads(after) == expected
    found = json.loads(after)
    changed = found['digests'] if len(where.keys) > 1 else found
    kept = before['digests'] if len(where.keys) > 1 else before
    assert [key for key in changed if key in kept] == list(kept)
    start = after.index(NEW) - 1
    assert text.endswith(after[start + len(NEW) + 2:])
    if was_there:
        assert text.startswith(after[:start])
    else:
        added = len(after) - len(text)
        entry = re.compile(r'[\s,]*"(digest|x86|arm)"\s*:\s*"sha256:c{64}"[\s,]*')
        assert any(
            entry.fullmatch(after, i, i + added) and text == after[:i] + after[i + added:] for i in range(len(text))
        )
