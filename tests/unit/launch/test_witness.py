"""What is learned of a container and its image while the job runs, by questions that are never waited for."""
from __future__ import annotations

import os
import time
from typing import Any

import pytest
from engine_answers import Engine, ids
from plans import launch as planned

from tao_launcher.launch import witness as module
from tao_launcher.launch.containers import Launch
from tao_launcher.launch.witness import Witness

A, B = ids(2)
ONE, TWO = ('sha256:' + digit * 64 for digit in '12')
REPOSITORY = 'nvcr.io/nvidia/tao/tao-toolkit'


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, 'FIRST', 0.01)


def witness_of(*options: str, **changed: Any) -> Witness:
    plan = planned(*options, 'dino', 'train').plan._replace(**changed)
    launch = Launch(('docker',), dict(os.environ), '0123', '7', 'mine', '2026-01-31T10:20:30')
    return Witness(plan, launch, lambda: None)


def has_image(engine: Engine, id: str, *digests: str, call: str = 'image') -> None:
    engine.answers(call, ' '.join((id, *digests)) + '\n')


def has_container(engine: Engine, container: str, image: str, launch: str = 'mine') -> None:
    engine.answers('ps', f'{container}\n')
    engine.answers('inspect', f'{image} {container} running "2026-01-31T10:20:30Z" ["TAO_LAUNCH_ID={launch}"]\n')


def watched(witness: Witness) -> Witness:
    """The witness once it has nothing more to look at."""
    deadline = time.monotonic() + 60
    while witness.look_at is not None:
        assert time.monotonic() < deadline
        witness.look()
        time.sleep(0.005)
    return witness


def test_a_container_and_its_image(engine: Engine) -> None:
    has_image(engine, ONE, f'other@{TWO}', f'{REPOSITORY}@{ONE}')
    has_container(engine, A, ONE)
    found = watched(witness_of())
    assert (found.container, found.image_id) == (A, ONE)
    assert found.digests == (f'{REPOSITORY}@{ONE}', f'other@{TWO}')
    assert [call[1] for call in engine.calls] == ['image', 'ps', 'inspect']


def test_the_image_is_the_containers_own(engine: Engine) -> None:
    """Its name may be another image's by now."""
    has_image(engine, ONE, f'{REPOSITORY}@{ONE}', call='image.1')
    has_image(engine, TWO, f'{REPOSITORY}@{TWO}', call='image.2')
    engine.answers('image')
    has_container(engine, A, TWO)
    found = watched(witness_of())
    assert (found.container, found.image_id, found.digests) == (A, TWO, (f'{REPOSITORY}@{TWO}',))
    assert engine.calls[-1][1:] == [*module.LOOK, TWO]


def test_an_image_that_may_be_replaced_is_not_asked_for_before(engine: Engine) -> None:
    has_image(engine, ONE)
    has_container(engine, A, ONE)
    assert watched(witness_of('--pull', 'always')).image_id == ONE
    assert [call[1] for call in engine.calls] == ['ps', 'inspect', 'image']


def test_podman_writes_ids_without_their_kind(engine: Engine) -> None:
    has_image(engine, ONE[7:])
    has_container(engine, A, ONE[7:])
    assert watched(witness_of()).image_id == ONE


@pytest.mark.parametrize('answer', ['', 'no id', '[]', '\x1b', 'sha256:1 a@sha256:2', '\xff' * 70, 'f' * 63])
def test_an_answer_of_any_shape(engine: Engine, answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, 'LAST', 0.03)
    engine.answers('image', answer)
    found = watched(witness_of())
    assert (found.container, found.image_id, found.digests) == ('', '', ())


def test_a_container_of_another_launch(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, 'LAST', 0.03)
    has_image(engine, ONE)
    has_container(engine, A, TWO, launch='another')
    found = watched(witness_of())
    assert (found.container, found.image_id) == ('', ONE)


@pytest.mark.parametrize(('words', 'asks'), [(('sudo', 'docker'), False), (('sudo', '-n', 'docker'), True)])
def test_no_question_may_become_one_for_a_password(engine: Engine, words: tuple[str, ...], asks: bool) -> None:
    has_image(engine, ONE)
    has_container(engine, A, ONE)
    found = watched(witness_of(engine=words, is_sudo=True))
    found.finish(9, has_run=True)
    assert bool(engine.calls) == asks


def test_the_end_takes_an_answer_that_is_almost_there(engine: Engine) -> None:
    has_image(engine, ONE, f'{REPOSITORY}@{ONE}')
    witness = witness_of()
    witness.look()
    witness.finish(100, has_run=True)
    assert (witness.image_id, witness.digests, list(witness.pipes)) == (ONE, (f'{REPOSITORY}@{ONE}',), [])


def test_the_end_of_a_long_launch_asks_once_more(engine: Engine) -> None:
    """Such as one that had to pull its image."""
    witness = witness_of()
    has_image(engine, ONE)
    witness.finish(1.0, has_run=True)
    witness.finish(100, has_run=False)
    assert (witness.image_id, engine.calls) == ('', [])
    witness.finish(100, has_run=True)
    assert witness.image_id == ONE


def test_the_end_waits_for_nobody(engine: Engine) -> None:
    (engine.folder / 'docker').write_text('#!/bin/sh\nexec sleep 600\n')
    witness = witness_of()
    witness.look()
    begun = time.monotonic()
    witness.finish(0.3, has_run=True)
    assert time.monotonic() - begun < 60
    assert list(witness.pipes) == []
