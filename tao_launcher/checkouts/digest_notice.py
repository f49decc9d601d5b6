"""A manifest that names the base image by digest in both ways: which of them counts. Pure."""
from __future__ import annotations

from ..engine import answers


def both(path: str, document: object) -> str:
    """What to say of a manifest that has a digest for all machines and one for each; '' for any other."""
    if answers.at(document, 'digest') is None or answers.at(document, 'digests') is None:
        return ''
    return (
        f'{path} has both digest and digests: digests counts here and is what a push writes, '
        'while NVIDIA\'s tao_deploy and tao_ds take digest; remove one of them'
    )
