# Printed by "tao completion bash": completes tao, tao_pt, tao_tf, tao_tf2, tao_deploy, tao_ds.
# shellcheck shell=bash disable=SC2088,SC2206 # no tilde is to be expanded, and words are to be split

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

complete -o bashdefault -F _tao_complete tao tao_pt tao_tf tao_tf2 tao_deploy tao_ds
