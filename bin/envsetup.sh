# shellcheck shell=bash
# To be sourced by bash or zsh, from a checkout of a TAO backend or from ~/.bashrc:
#   source /path/to/bin/envsetup.sh
# The checkout is the nearest folder, from the current one upwards, with docker/manifest.json. One without the package of
# a backend that is a submodule, as tao-core is, belongs to the checkout around it. Its root variable (NV_TAO_PYTORCH_TOP, ...) is exported, the folder of the programs is
# put on PATH, and an interactive shell is told what is missing, by files alone. Functions that hide the programs, as
# the backends' own scripts/envsetup.sh exports, are unset. Sourcing it again changes nothing more. It defines nothing
# else and never ends the shell.
# A checkout that belongs to another user than you and root is left alone: what is in it would be run as you.

if [ -z "${BASH_VERSION-}${ZSH_VERSION-}" ]; then
    echo 'envsetup.sh: works in bash and zsh only' >&2
    return 0
fi

_tao_envsetup() {
    # Whatever options the user's shell has, zsh works here as it does by default.
    [ -z "${ZSH_VERSION-}" ] || emulate -L zsh
    local file bin is_installed='' root='' inner='' outer='' runner='' variable='' by_hand='' owner='' named=''
    if [ -n "${ZSH_VERSION-}" ]; then
        eval 'file=${${(%):-%x}:A}'
        case ${ZSH_EVAL_CONTEXT-} in toplevel:file:*) by_hand=yes ;; esac
    else
        file=$(command readlink -f -- "${BASH_SOURCE[0]}")
        [ "${#BASH_SOURCE[@]}" -gt 2 ] || by_hand=yes
    fi
    bin=${file%/*}
    if [ ! -e "$bin/tao_pt" ]; then
        # installed as share/tao-launcher/envsetup.sh
        is_installed=yes
        bin=${bin%/*/*}/bin
    fi
    _tao_unset_functions
    _tao_is_on_path || export PATH="$bin${PATH:+:$PATH}"

    _tao_nearest "${PWD-}"
    root=$outer
    if [ -z "$root" ]; then
        # at every start of a shell this would be one message too many
        if [ -n "$by_hand" ] && [[ $- == *i* ]]; then
            echo "envsetup.sh: neither ${PWD-} nor a folder above it has docker/manifest.json: no root variable is set" >&2
        fi
        return 0
    fi
    inner=$root
    _tao_package "$root"
    while [ -z "$runner" ] && [ -n "$outer" ]; do
        _tao_nearest "${outer%/*}"
        if [ -n "$outer" ] && _tao_has_submodule "${inner#"$outer"/}"; then
            inner=$outer
            _tao_package "$outer"
            [ -z "$runner" ] || root=$outer
        fi
    done
    owner=''
    _tao_owner "$root" "$root/docker" "$root/docker/manifest.json"
    [ -n "$runner" ] || _tao_recognise
    case $runner in
        tao_pt) variable=NV_TAO_PYTORCH_TOP ;;
        tao_tf) variable=NV_TAO_TF_TOP ;;
        tao_tf2) variable=NV_TAO_TF2_TOP ;;
        tao_deploy) variable=NV_TAO_DEPLOY_TOP ;;
        tao_ds) variable=NV_TAO_DS_TOP ;;
        *)
            [ -z "$owner" ] || {
                echo "envsetup.sh: $root belongs to $owner, so it is not used; if that is the one you mean: export the root" \
                    'variable of its backend (NV_TAO_PYTORCH_TOP, ...)' >&2
                return 0
            }
            echo "envsetup.sh: cannot tell which backend $root is: it has no folder nvidia_tao_*, and" \
                'docker/manifest.json does not say; no root variable is set' >&2
            return 0
            ;;
    esac
    eval "named=\${$variable-}"
    if [ -n "$owner" ] && [ "$named" != "$root" ]; then
        printf 'envsetup.sh: %q belongs to %s, so it is not used; if that is the one you mean: export %s=%q\n' \
            "$root" "$owner" "$variable" "$root" >&2
        return 0
    fi
    export "$variable=$root"
    [[ $- == *i* ]] || return 0
    if [ -n "$is_installed" ]; then
        "$bin/$runner" check --files </dev/null || :
    elif command -v python3 >/dev/null 2>&1; then
        # -S: no package is needed, and looking for them is half of its time
        python3 -S "$bin/$runner" check --files </dev/null || :
    else
        echo 'envsetup.sh: no program python3 on PATH; the runners need it' >&2
    fi
}

# Whether PATH has the folder of the programs. One of an environment has another python too, so it is not put there when
# the programs are found through links.
_tao_is_on_path() {
    local found=''
    case :${PATH-}: in *:"$bin":*) return 0 ;; esac
    [ -n "$is_installed" ] || return 1
    if [ -n "${ZSH_VERSION-}" ]; then found=$(whence -p tao_pt); else found=$(type -P tao_pt); fi
    [ "$found" -ef "$bin/tao_pt" ]
}

# Unsets functions that would be run in place of the programs; one that calls the program itself stays.
_tao_unset_functions() {
    local name='' body='' gone=''
    for name in tao_pt tao_tf tao_tf2 tao_deploy tao_ds; do
        body=$(typeset -f "$name") || continue
        case $body in
            '' | *"command $name"* | *"bin/$name"*) continue ;;
        esac
        unset -f "$name" 2>/dev/null || continue
        gone="$gone $name"
    done
    [ -z "$gone" ] || echo "envsetup.sh: shell functions that hid the programs are now unset:$gone" >&2
}

# Sets outer to the nearest folder upwards with a manifest, or ''.
_tao_nearest() {
    outer=$1
    while [ -n "$outer" ] && [ ! -e "$outer/docker/manifest.json" ] && [ ! -L "$outer/docker/manifest.json" ]; do
        outer=${outer%/*}
    done
}

# Whether the folder $1 below outer is or is in a submodule of it. A list that someone else may write decides nothing.
_tao_has_submodule() {
    local line='' is_submodule='' key='' path=''
    [ -f "$outer/.gitmodules" ] && [ -r "$outer/.gitmodules" ] || return 1
    owner=''
    _tao_owner "$outer" "$outer/docker" "$outer/docker/manifest.json" "$outer/.gitmodules"
    [ -z "$owner" ] || return 1
    while IFS= read -r line || [ -n "$line" ]; do
        key=${line%%=*} path=${line#*=}
        key=${key//[[:space:]]/} path=${path#"${path%%[![:blank:]]*}"}
        case $key in
            '['[Ss][Uu][Bb][Mm][Oo][Dd][Uu][Ll][Ee]'"'*) is_submodule=yes ;;
            '['*) is_submodule='' ;;
            [Pp][Aa][Tt][Hh])
                # quoted, or up to a comment
                case $path in
                    '"'*) path=${path#\"} path=${path%%\"*} ;;
                    *) path=${path%%[#;]*} path=${path%"${path##*[![:space:]]}"} ;;
                esac
                path=${path#./} path=${path%/}
                [ -z "$is_submodule" ] || [ -z "$path" ] || case $1/ in "$path"/*) return 0 ;; esac
                ;;
        esac
    done <"$outer/.gitmodules"
    return 1
}

# Sets runner by the package in the folder $1, or to ''.
_tao_package() {
    runner=''
    if [ -d "$1/nvidia_tao_pytorch" ]; then
        runner=tao_pt
    elif [ -d "$1/nvidia_tao_tf1" ]; then
        runner=tao_tf
    elif [ -d "$1/nvidia_tao_tf2" ]; then
        runner=tao_tf2
    elif [ -d "$1/nvidia_tao_deploy" ]; then
        runner=tao_deploy
    elif [ -d "$1/nvidia_tao_ds" ]; then
        runner=tao_ds
    fi
}

# Sets runner, from root: by the image that its manifest names, else by its name.
_tao_recognise() {
    local text=''
    if [ -z "$owner" ] && [ -f "$root/docker/manifest.json" ] && [ -r "$root/docker/manifest.json" ]; then
        if [ -n "${ZSH_VERSION-}" ]; then
            IFS= read -r -k 65536 -u 0 text <"$root/docker/manifest.json" || :
        else
            IFS= read -r -d '' -n 65536 text <"$root/docker/manifest.json" || :
        fi
        case $text in
            *pytorch* | *-pyt-* | *-pyt\"*) runner=tao_pt ;;
            *tf2*) runner=tao_tf2 ;;
            *tf1* | *tensorflow*) runner=tao_tf ;;
            *deploy*) runner=tao_deploy ;;
            *data_services* | *data-services*) runner=tao_ds ;;
        esac
    fi
    [ -n "$runner" ] || case ${root##*/} in
        *pytorch* | *tao-pt*) runner=tao_pt ;;
        *tensorflow2* | *tao-tf2*) runner=tao_tf2 ;;
        *tensorflow*) runner=tao_tf ;;
        *deploy*) runner=tao_deploy ;;
        *data-services* | *data_services* | *dataset_suite*) runner=tao_ds ;;
    esac
}

# Sets owner to the first user besides you and root (with sudo: and who called it) who owns one of these paths, or has
# made it a link.
_tao_owner() {
    local each='' uid=''
    for each in "$@"; do
        # what can be known without starting a program
        [ ! -O "$each" ] || [ -L "$each" ] || continue
        # a failure inside would run the user's trap there
        for uid in "$(command stat -c '%u %U' -- "$each" 2>/dev/null || :)" \
            "$(command stat -L -c '%u %U' -- "$each" 2>/dev/null || :)"; do
            case ${uid%% *} in
                0 | "$EUID") ;;
                "${SUDO_UID:-0}") [ "$EUID" = 0 ] || owner=${uid#* } ;;
                '') [ ! -e "$each" ] || owner='someone else' ;;
                *) owner=${uid#* } ;;
            esac
            # as stat calls one without a name
            [ "$owner" != UNKNOWN ] || owner="uid ${uid%% *}"
            [ -z "$owner" ] || return 0
        done
    done
}

if [ -n "${BASH_VERSION-}" ] && [ "${BASH_SOURCE[0]}" = "$0" ]; then
    echo 'envsetup.sh: must be sourced, not executed: source bin/envsetup.sh' >&2
else
    _tao_envsetup || :
fi
unset -f _tao_envsetup _tao_is_on_path _tao_unset_functions _tao_nearest _tao_has_submodule _tao_package \
    _tao_recognise _tao_owner
