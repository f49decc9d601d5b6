"""What bash, zsh and fish load to complete the launcher's command lines. Pure.

They only carry the line to `tao completion --complete` and its answer back: what there is to complete is known
there, so a script never is older than the launcher that it asks. The program asked is always tao, the one beside
the program that is completed: no other one is ever started by a Tab key. Nothing it says on stderr is shown.
"""
from __future__ import annotations

from ...settings.programs import RUNNERS, TAO

PROGRAMS = (*TAO, *RUNNERS)
SHELLS = ('bash', 'zsh', 'fish')
MARK = 'Printed by "tao completion'  # what tells our files from others

# No here-document, which needs a file, no process substitution, which POSIX mode lacks, and no bash-completion.
BASH = r'''# shellcheck shell=bash disable=SC2088,SC2206 # no tilde is to be expanded, and words are to be split

_tao_complete() {
    local tao=tao answer kind i IFS=$'\n'
    if [[ $1 == */* ]]; then
        tao=${1%/*}/tao
        [[ $tao != '~/'* ]] || tao=${HOME-}/${tao#'~/'}
    fi
    COMPREPLY=()
    answer=$(command "$tao" completion --complete bash "${COMP_LINE:0:COMP_POINT}" "${2-}" 2>/dev/null </dev/null) ||
        return 0
    kind=${answer%%$'\n'*}
    [[ $kind == tao:* && $answer == *$'\n'* ]] || return 0
    case $- in
    *f*) COMPREPLY=(${answer#*$'\n'}) ;;
    *) set -f && COMPREPLY=(${answer#*$'\n'}) && set +f ;;
    esac
    [[ $kind != *paths* ]] || compopt -o filenames -o noquote 2>/dev/null || true
    [[ $kind != *open* ]] || compopt -o nospace 2>/dev/null || true
    # A list of several (types ?, ! and @) marks the host's folders itself.
    [[ $kind == *paths* && ${#COMPREPLY[@]} -gt 1 && ${COMP_TYPE-} == @(33|63|64) ]] || return 0
    for i in "${!COMPREPLY[@]}"; do
        [[ ! -d ${COMPREPLY[i]/#'~/'/${HOME-}/} ]] || COMPREPLY[i]=${COMPREPLY[i]%/}
    done
}

complete -o bashdefault -F _tao_complete @PROGRAMS@
'''

ZSH = r'''
_tao() {
    local tao=tao line name
    integer typed
    local -a answer whole open
    if [[ $words[1] == */* ]]; then
        tao=${words[1]:h}/tao
        [[ $tao != '~/'* ]] || tao=${HOME-}/${tao#'~/'}
    fi
    answer=("${(@f)$(
        command $tao completion --complete zsh "$QIPREFIX$PREFIX" "${(@)words[1,CURRENT-1]}" 2>/dev/null </dev/null
    )}") || return 1
    [[ $answer[1] == tao:<-> ]] || return 1
    # What comes before the part that is completed stays as it was typed.
    (( (typed = ${answer[1]#tao:} - $#QIPREFIX) > 0 )) && compset -p $typed
    for line in "${(@)answer[2,-1]}"; do
        name=${line%%$'\t'*}
        line=${${name//\\/\\\\}//:/\\:}${${line#"$name"}//\\/\\\\}
        case $name in
        *[/=:]) open+=("${line/$'\t'/:}") ;;
        ?*) whole+=("${line/$'\t'/:}") ;;
        esac
    done
    _describe -t tao tao whole -- open -S ''
}

if [[ ${zsh_eval_context[-1]-} == loadautofunc ]]; then
    _tao "$@"
elif (( ${+functions[compdef]} )); then
    compdef _tao @PROGRAMS@
else
    print -u2 'tao: completion needs this line first: autoload -Uz compinit; compinit'
fi
'''

FISH = r'''
function __tao_complete
    set -l tao tao
    set -l first (commandline -opc)[1]
    if string match -q '*/*' -- $first
        set tao (string replace -r '[^/]*$' tao -- (string replace -r '^~/' "$HOME/" -- $first))
    end
    set -l answer (command $tao completion --complete fish (commandline -pc | string collect) 2>/dev/null </dev/null)
    and test "$answer[1]" = tao:
    or return
    set -e answer[1]
    test (count $answer) -gt 0
    and string join \n -- $answer
end

for program in @PROGRAMS@
    complete -c $program -f -a '(__tao_complete)'
end
'''


def script(shell: str) -> str:
    """The script for bash, zsh or fish."""
    programs = ' '.join(PROGRAMS)
    first = {'zsh': f'#compdef {programs}\n'}.get(shell, '')
    text = {'bash': BASH, 'zsh': ZSH, 'fish': FISH}[shell].replace('@PROGRAMS@', programs)
    return f'{first}# {MARK} {shell}": completes {", ".join(PROGRAMS)}.\n{text}'
