import { Argument } from '@commander-js/extra-typings'
import { SHELLS } from '../../completion/request.js'
import { SCRIPTS } from '../../completion/scripts.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'

export const completion: Define = (command, run) => {
  command
    .addArgument(new Argument('<shell>', 'whose script').choices(SHELLS))
    .addHelpText(
      'after',
      examples(
        ['fish: in ~/.config/fish/config.fish', 'flows completion fish | source'],
        ['bash: in ~/.bashrc', 'eval "$(flows completion bash)"'],
        ['zsh: in ~/.zshrc, below compinit', 'source <(flows completion zsh)'],
      ),
    )
    .action((shell) =>
      run(async ({ terminal }) => {
        terminal.result(SCRIPTS[shell])
        return ExitCode.ok
      }),
    )
}
