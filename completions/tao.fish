# Printed by "tao completion fish": completes tao, tao_pt, tao_tf, tao_tf2, tao_deploy, tao_ds.

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

for program in tao tao_pt tao_tf tao_tf2 tao_deploy tao_ds
    complete -c $program -f -a '(__tao_complete)'
end
