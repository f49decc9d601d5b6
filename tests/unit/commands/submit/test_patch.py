"""Merge patches on the Job: what they change, and what they may not."""
from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kubernetes_submission import submit
from support import Result, command, tao

from tao_launcher.commands.submit.patch import merged

# The table of RFC 7386, appendix A: what there is, the patch, the result.
RFC: list[tuple[Any, Any, Any]] = [
    ({'a': 'b'}, {'a': 'c'}, {'a': 'c'}), ({'a': 'b'}, {'b': 'c'}, {'a': 'b', 'b': 'c'}), ({'a': 'b'}, {'a': None}, {}),
    ({'a': 'b', 'b': 'c'}, {'a': None}, {'b': 'c'}), ({'a': ['b']}, {'a': 'c'}, {'a': 'c'}),
    ({'a': 'c'}, {'a': ['b']}, {'a': ['b']}), ({'a': {'b': 'c'}}, {'a': {'b': 'd', 'c': None}}, {'a': {'b': 'd'}}),
    ({'a': [{'b': 'c'}]}, {'a': [1]}, {'a': [1]}), (['a', 'b'], ['c', 'd'], ['c', 'd']), ({'a': 'b'}, ['c'], ['c']),
    ({'a': 'foo'}, None, None), ({'a': 'foo'}, 'bar', 'bar'), ({'e': None}, {'a': 1}, {'e': None, 'a': 1}),
    ([1, 2], {'a': 'b', 'c': None}, {'a': 'b'}), ({}, {'a': {'bb': {'ccc': None}}}, {'a': {'bb': {}}}),
]


@pytest.mark.parametrize(('target', 'patch', 'result'), RFC, ids=range(len(RFC)))
def test_the_standard(target: Any, patch: Any, result: Any) -> None:
    before = json.dumps(target)
    assert merged(target, patch) == result
    assert json.dumps(target) == before


values = st.recursive(
    st.none() | st.integers() | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from('abc'), inner, max_size=3),
    max_leaves=9,
)


@given(values, values)
def test_a_second_time_changes_nothing(target: Any, patch: Any) -> None:
    once = merged(target, patch)
    assert merged(once, patch) == once


def patched(patch: Any, *options: str) -> Result:
    Path('patch.json').write_text(patch if isinstance(patch, str) else json.dumps(patch))
    return submit('--quiet', '--nodes=2', '--patch=patch.json', *options, 'dino', 'train')


TOLERATIONS = [{'key': 'nvidia.com/gpu', 'operator': 'Exists'}]


def test_a_pod_is_placed() -> None:
    change = {
        'metadata': {'labels': {'kueue.x-k8s.io/queue-name': 'gpu'}},
        'spec': {'template': {'spec': {'nodeSelector': {'gpu': 'h100'}, 'tolerations': TOLERATIONS,
                                       'shareProcessNamespace': None}}},
    }
    done = patched(change, '--platform=linux/amd64')
    assert (done.code, done.err) == (0, '')
    service, job = json.loads(done.out)['items']
    name = job['metadata']['name']
    assert job['metadata']['labels'] == {**service['metadata']['labels'], 'kueue.x-k8s.io/queue-name': 'gpu'}
    pod = job['spec']['template']['spec']
    assert pod['nodeSelector'] == {'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'gpu': 'h100'}
    assert pod['tolerations'] == TOLERATIONS
    assert 'shareProcessNamespace' not in pod
    script = tao('-q', 'submit', 'kubernetes', '--dry-run', '--nodes=2', '--platform=linux/amd64',
                 '--patch=patch.json', 'dino', 'train')
    assert '"kueue.x-k8s.io/queue-name": "gpu"' in script.out and name in script.out
    assert json.loads(patched({}).out)['items'][1]['metadata']['name'] != name


@settings(max_examples=60)
@given(st.recursive(
    st.sampled_from([None, True, 'x', '', 7, 1.5, [], [{}], [{'name': 'tao'}], {}, '\ud800', 'a\0b']),
    lambda inner: st.dictionaries(st.sampled_from([
        'apiVersion', 'metadata', 'labels', 'tao.job', 'name', 'spec', 'template', 'containers', 'volumes', 'subdomain',
        'suspend', 'é',
    ]), inner, max_size=4), max_leaves=12,
))
def test_any_patch(patch: Any) -> None:
    done = patched(json.dumps(patch))
    assert done.code in (0, 2) and 'a bug of' not in done.err, done
    if done.code == 0:
        job = json.loads(done.out)['items'][1]
        assert job['metadata']['labels']['tao.job'] == 'model.dino.train'
        assert job['spec']['template']['spec']['containers'][0]['name'] == 'tao'


def test_several_one_after_the_other() -> None:
    Path('other.json').write_text('{"spec": {"suspend": null, "activeDeadlineSeconds": 60}}')
    done = patched({'spec': {'suspend': True, 'backoffLimit': 3}}, '--patch=other.json')
    spec = json.loads(done.out)['items'][1]['spec']
    assert (spec['backoffLimit'], spec['activeDeadlineSeconds'], 'suspend' in spec) == (3, 60, False)


def test_standard_input() -> None:
    words = [*command(), '-q', 'submit', 'kubernetes', '--patch', '-', '--dry-run', 'dino', 'train']
    done = subprocess.run(words, input='{"spec": {"activeDeadlineSeconds": 7}}', capture_output=True, encoding='utf-8')
    assert (done.returncode, done.stderr) == (0, '')
    assert '"activeDeadlineSeconds": 7' in done.stdout
    done = subprocess.run(words, input='', capture_output=True, encoding='utf-8')
    assert (done.returncode, done.stdout) == (2, '')
    assert done.stderr.startswith('tao: error: standard input: the file is empty\n')
    assert tao('submit', 'kubernetes', '--patch=-', '--patch=-', 'dino', 'train') == Result(
        2, '', 'tao: error: --patch -: standard input can be read only once\n',
    )


@pytest.mark.parametrize(('patch', 'faults'), [
    ({'metadata': {'name': 'x', 'labels': {'tao.job': None}}, 'spec': {'completions': 5, 'template': {
        'metadata': {'labels': None}, 'spec': {'subdomain': 'x', 'hostname': 'y'}}}}, [
        'metadata.name: expected --name instead', 'metadata.labels["tao.job"]: the launcher decides this itself',
        'spec.template.metadata.labels["tao.job"]: the launcher decides this itself',
        'spec.template.metadata.labels["tao.plan"]: the launcher decides this itself',
        'spec.completions: expected --nodes instead', 'spec.template.spec.subdomain: the launcher decides this itself',
        'spec.template.spec.hostname: the launcher decides this itself',
    ]),
    ({'kind': 'Pod', 'spec': {'template': {'spec': {'containers': [{'name': 'other'}]}}}}, [
        'kind: the launcher decides this itself',
        'spec.template.spec.containers: expected the container tao among them',
    ]),
    ({'nodeSelector': {'gpu': 'h100'}}, [
        "nodeSelector: a Job has metadata, spec; what is a pod's goes under spec.template.spec",
    ]),
    ([], ['expected an object, such as {"spec": {"template": {"spec": {…}}}}']),
    ('{"metadata": {"labels": {"a": "\\ud800"}}, "spec": {"x": NaN, "y": 1, "y": 2}}', [
        'spec.y: appears more than once', 'spec.x: NaN and infinity are not JSON numbers',
        'metadata.labels.a: holds half a surrogate pair',
    ]),
])
def test_what_is_refused(patch: Any, faults: list[str]) -> None:
    done = patched(patch)
    first, *others = done.err.splitlines()
    assert (done.code, done.out) == (2, '')
    assert first == f'tao: error: patch.json: {len(faults)} problem' + 's' * (len(faults) != 1)
    assert sorted(others) == sorted(f'    {fault}' for fault in faults)


@pytest.mark.parametrize(('text', 'said'), [
    ('{"spec": {},}', 'tao: error: patch.json:1:12: not JSON: trailing comma'),
    ('spec:\n  suspend: true\n', 'tao: error: patch.json:1:1: not JSON: expecting value'),
    ('[' * 100_000, 'tao: error: patch.json: nested too deeply'),
])
def test_what_is_no_json(text: str, said: str) -> None:
    done = patched(text)
    assert (done.code, done.out, done.err.splitlines()[0]) == (2, '', said)


def test_no_file() -> None:
    done = tao('submit', 'kubernetes', '--patch=nowhere.json', 'dino', 'train')
    assert (done.code, done.err.splitlines()[:2]) == (2, [
        'tao: error: nowhere.json: no such file', '    it is the patch of the Job (--patch)',
    ])


def test_lists_that_are_replaced_are_said() -> None:
    Path('patch.json').write_text(json.dumps({'spec': {'template': {'spec': {
        'initContainers': None, 'volumes': [], 'tolerations': TOLERATIONS,
    }}}}))
    options = ['--nodes=2', '--shm_size=1G', '--patch=patch.json']
    assert submit(*options, 'dino', 'train').err.splitlines() == [
        f'tao: notice: patch.json replaces spec.template.spec.{key} as a whole, including what '
        'the launcher has put there'
        for key in ('initContainers', 'volumes')
    ]
