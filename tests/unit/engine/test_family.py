"""The processes below one: found, and none lost sight of."""
from __future__ import annotations

import os
import signal
import subprocess
import threading

from waiting import until

from tao_launcher.engine import family
from tao_launcher.engine.family import Foster, begun, descendants, is_alive, send


def test_descendants() -> None:
    child = subprocess.Popen(['sh', '-c', 'sleep 600 & sleep 600; :'])
    until(lambda: len(descendants(child.pid)) == 2)
    found = descendants(os.getpid())
    assert {child.pid, *descendants(child.pid)} <= {*found} and all(found.values())
    for one in found:
        assert send(one, signal.SIGKILL)
    child.wait()
    assert begun(child.pid) == '' and not is_alive((child.pid, found[child.pid]))
    assert descendants(child.pid) == {} and send(child.pid, signal.SIGKILL)


def test_an_orphan_is_not_lost_sight_of() -> None:
    with Foster() as foster:
        done = subprocess.run(
            ['sh', '-c', 'setsid sh -c "setsid sleep 600 >/dev/null & echo \\$!"'], stdout=subprocess.PIPE, check=True,
        )
        orphan = int(done.stdout)
        assert {*foster.left()} == {orphan}
        send(orphan, signal.SIGKILL)
        until(lambda: not begun(orphan))
        assert os.path.exists(f'/proc/{orphan}')  # until someone takes note of its end
        foster.bury(())
        assert not os.path.exists(f'/proc/{orphan}') and foster.left() == {}
        foster.bury(())


def test_children_of_before_are_none_of_it() -> None:
    before = subprocess.Popen(['sleep', '600'])
    with Foster() as foster:
        assert foster.left() == {}
        before.kill()
        foster.bury(())
    assert before.wait() == -signal.SIGKILL  # nobody has taken its exit code


def test_it_is_as_before_afterwards() -> None:
    assert family._subreaper() == 0
    with Foster():
        assert family._subreaper() == 1
        with Foster():
            pass
        assert family._subreaper() == 1
    assert family._subreaper() == 0


def test_in_a_program_with_other_threads() -> None:
    """Another thread may have started it."""
    over = threading.Event()
    other = threading.Thread(target=over.wait)
    other.start()
    with Foster() as foster:
        child = subprocess.Popen(['sleep', '600'])
        assert foster.left() == {}
        child.kill()
        until(lambda: not begun(child.pid))
        foster.bury(())
    over.set()
    other.join()
    assert child.wait() == -signal.SIGKILL  # nobody has taken its exit code


def test_the_numbers_of_a_process() -> None:
    assert family.numbers(os.getpid())[-1] == str(os.getpid())
    assert family.numbers(1 << 30) == []
