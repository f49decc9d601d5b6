"""Real shells on a pseudo-terminal, with the launcher's completion loaded as a user would have it."""
from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import Any, Callable, Mapping

import pexpect

PATIENCE = 60  # seconds; only a failure waits so long
LINE, CLEAR = '\x18l', '\x18k'  # keys that the shells below bind: C-x l, C-x k
# What the user's start-up files have beside the prompt: keys that tell the test what the line is, and empty it.
BASH = r'''
PS1='ready> '
bind 'set bell-style none'
bind 'set completion-query-items 1000'
bind 'set page-completions off'
told=0
tell() { printf %s "$READLINE_LINE" >|"$TOLD/line"; told=$((told + 1)); echo "told-$told-"; }
empty() { READLINE_LINE= READLINE_POINT=0; tell; }
bind -x '"\C-xl": tell'
bind -x '"\C-xk": empty'
'''
ZSH = r'''
PS1='ready> ' LISTMAX=1000
fpath=($ZDOTDIR/functions $fpath)
autoload -Uz compinit && compinit -D -u
told=0
tell() { printf %s "$BUFFER" >|"$TOLD/line"; (( told += 1 )); zle -M "told-$told-"; }
empty() { BUFFER= CURSOR=0; tell; }
zle -N tell && bindkey '^Xl' tell
zle -N empty && bindkey '^Xk' empty
'''
FISH = r'''
function fish_prompt; echo 'ready> '; end
function fish_right_prompt; end
set -g fish_greeting
set -g told 0
function tell; commandline >$TOLD/line; set -g told (math $told + 1); echo "told-$told-"; end
function empty; commandline -r ''; tell; end
bind \cxl tell
bind \cxk empty
'''


class Shell:
    """A shell that waits for a line."""

    def __init__(self, name: str, folder: Path, start: str = '', env: Mapping[str, str] | None = None) -> None:
        self.name, self.folder, self.told = name, folder, 0
        folder.mkdir(exist_ok=True)
        text = {'bash': BASH, 'zsh': ZSH, 'fish': FISH}[name] + start
        if name == 'fish':
            (folder / 'fish').mkdir(exist_ok=True)
        file = folder / {'bash': 'bashrc', 'zsh': '.zshrc', 'fish': 'fish/config.fish'}[name]
        file.write_text(text, encoding='utf-8')
        words = {'bash': ['--noprofile', '--rcfile', str(file), '-i'], 'zsh': ['-d', '-i'], 'fish': ['-i']}[name]
        self.child: Any = pexpect.spawn(
            name, words, timeout=PATIENCE, encoding='utf-8', codec_errors='replace', dimensions=(200, 300), env={
                **os.environ, 'TERM': 'xterm', 'TOLD': str(folder), 'ZDOTDIR': str(folder),
                'XDG_CONFIG_HOME': str(folder), 'LC_ALL': 'C.UTF-8', **(env or {}),
            },
        )
        self.child.delaybeforesend = None
        self.child.expect('ready> ')
        self.shown = self.raw = ''

    def line(self, typed: str, tabs: int = 1) -> str:
        """What the line is after that was typed, and the Tab key was hit; `shown` is what the terminal showed."""
        self._key(CLEAR)
        self.child.send(typed + '\t' * tabs)
        return self._key(LINE)

    def _key(self, key: str) -> str:
        self.told += 1
        self.child.send(key)
        self.child.expect(f'told-{self.told}-')
        self.raw = self.child.before
        self.shown = re.sub(r'\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()=>][A-Z0-9]?', '', self.child.before)
        return (self.folder / 'line').read_text(encoding='utf-8').rstrip('\n')

    def close(self) -> None:
        """End it at once: pexpect would try signals that it may ignore, with a pause after each."""
        self.child.kill(signal.SIGKILL)
        self.child.ptyproc.delayafterclose = 0
        self.child.close(force=True)


Start = Callable[..., Shell]  # (name, lines for its start-up file, **environment)
