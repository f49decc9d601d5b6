"""Signatures of SHA256SUMS: made and checked by ssh-keygen, which every host with OpenSSH 8.2 or later has."""
from __future__ import annotations

from ...base import host, temporary
from ...base.errors import CheckFailed
from ...engine.ask import ask
from ...engine.pipes import read_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...engine.process import Answer

NAMESPACE = 'tao-bundle'  # a signature that was made for anything else is none
PATIENCE = 60.0  # seconds


def sign(text: bytes, key: str) -> bytes:
    """The signature of a text; `key` is the file of a private key, or of a public one that ssh-agent has.

    ssh-keygen may ask for the passphrase on the terminal. Raises CheckFailed.
    """
    found: list[bytes] = []
    words = ('ssh-keygen', '-Y', 'sign', '-n', NAMESPACE, '-f', _path(key))
    try:
        answer = read_from(words, host.environment(), found.append, text)
    except OSError as e:
        raise _no_program(str(e.strerror)) from None
    if answer.code != 0 or not found:
        raise CheckFailed(f'{key}: nothing could be signed with it', *_said(answer))
    return b''.join(found)


def signer(text: bytes, signature: bytes, signers: str) -> str:
    """Who signed a text, as the file of allowed signers names them. Raises CheckFailed, OSError."""
    if not host.is_file(signers):
        raise CheckFailed(f'{signers}: no such file', 'it says who may sign: see ALLOWED SIGNERS in man ssh-keygen')
    with temporary.named_file() as file:
        file.write(signature)
        file.flush()
        known = _ask('find-principals', '-s', file.name, '-f', _path(signers), text=text)
        for name in known.out.splitlines() if known.code == 0 else ():
            words = ('verify', '-n', NAMESPACE, '-s', file.name, '-f', _path(signers), '-I', name)
            known = _ask(*words, text=text)
            if known.code == 0:
                return name
    raise CheckFailed('nobody named in the signers\' file has signed SHA256SUMS', signers, *_said(known))


def _ask(*words: str, text: bytes) -> Answer:
    read = text.decode('utf-8', 'surrogateescape')
    answer = ask(('ssh-keygen', '-Y', *words), host.environment(), PATIENCE, text=read)
    if answer.code is None:
        raise _no_program(answer.err)
    return answer


def _no_program(why: str) -> CheckFailed:
    return CheckFailed('ssh-keygen is needed for signatures', why, advice='apt-get install openssh-client')


def _said(answer: Answer) -> list[str]:
    return answer.err.strip()[-300:].splitlines()


def _path(path: str) -> str:
    """A path that no program takes for an option."""
    return f'./{path}' if path.startswith('-') else path
