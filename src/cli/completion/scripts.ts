import { COMPLETE, type Shell } from './request.js'

/**
 * The script for each shell. It only passes on the words of the line, each quoted, so that typed text is never run.
 * Both well-known packages for this (@bomb.sh/tab 0.0.22, @pnpm/tabtab 0.5.4) put typed text into `eval`, and a command
 * substitution ran when Tab was pressed. The program decides everything else.
 *
 * An answer has a line for each word that fits, followed by a tab and a description, except for bash. Or it is one
 * line, ":files" or ":folders", which leaves the completion to the shell.
 */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# flows: completion for bash. In ~/.bashrc: eval "$(flows completion bash)"
_flows_completion() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      :files) compopt -o default 2>/dev/null; return ;;
      :folders) compopt -o dirnames 2>/dev/null; return ;;
      *=) compopt -o nospace 2>/dev/null ;;
    esac
    COMPREPLY+=("$line")
  done < <(command flows ${COMPLETE} bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _flows_completion flows
`,
  zsh: `#compdef flows
# flows: completion for zsh. In ~/.zshrc, below compinit: source <(flows completion zsh)
_flows() {
  local line
  local -a values shown open openshown
  while IFS= read -r line; do
    case "$line" in
      :files) _files; return ;;
      :folders) _files -/; return ;;
    esac
    local value="\${line%%$'\\t'*}" text="\${line#*$'\\t'}"
    [[ -n "$text" ]] && text="$value  -- $text" || text="$value"
    if [[ "$value" == *= ]]; then open+=("$value"); openshown+=("$text")
    else values+=("$value"); shown+=("$text"); fi
  done < <(command flows ${COMPLETE} zsh -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( $#values )) && compadd -l -d shown -a values
  (( $#open )) && compadd -S '' -l -d openshown -a open
  (( $#values + $#open ))
}
if [[ "\${zsh_eval_context[-1]}" == loadautofunc ]]; then
  _flows "$@"
elif (( $+functions[compdef] )); then
  compdef _flows flows
fi
`,
  fish: `# flows: completion for fish. In ~/.config/fish/config.fish: flows completion fish | source
function __flows_completion
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found (command flows ${COMPLETE} fish -- $words[2..-1] "$current" 2>/dev/null)
    switch "$found[1]"
        case :files
            __fish_complete_path "$current"
        case :folders
            __fish_complete_directories "$current"
        case '*'
            string join -- \\n $found
    end
end
complete -c flows -f -a '(__flows_completion)'
`,
}
