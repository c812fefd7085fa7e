/** Shells that have a completion script. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** The script for a shell. It asks qclock itself for candidates, so that it never falls behind. */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case "bash":
      return `# bash completion for qclock
_qclock() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(qclock __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "$word"))
}
complete -o default -F _qclock qclock`;
    case "zsh":
      return `#compdef qclock
_qclock() {
  local -a candidates
  candidates=("\${(@f)$(qclock __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if (( \${#candidates} )) && [[ -n "\${candidates[1]}" ]]; then
    compadd -- "\${candidates[@]}"
  else
    _files
  fi
}
compdef _qclock qclock`;
    case "fish":
      return `# fish completion for qclock
function __qclock_complete
    set -l words (commandline -opc) (commandline -ct)
    qclock __complete $words[2..-1] 2>/dev/null
end
complete -c qclock -a '(__qclock_complete)'`;
    default:
      return shell satisfies never;
  }
}
