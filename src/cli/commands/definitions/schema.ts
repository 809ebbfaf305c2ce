import { Argument } from '@commander-js/extra-typings'
import apiSchema from '../../../../schemas/api.schema.json' with { type: 'json' }
import baseSchema from '../../../../schemas/base.schema.json' with { type: 'json' }
import configSchema from '../../../../schemas/config.schema.json' with { type: 'json' }
import deploymentSchema from '../../../../schemas/deployment.schema.json' with { type: 'json' }
import flowSchema from '../../../../schemas/flow.schema.json' with { type: 'json' }
import planSchema from '../../../../schemas/plan.schema.json' with { type: 'json' }
import policySchema from '../../../../schemas/policy.schema.json' with { type: 'json' }
import testSchema from '../../../../schemas/test.schema.json' with { type: 'json' }
import { jsonText } from '../../options/format.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'

export const SCHEMAS = {
  flow: flowSchema,
  base: baseSchema,
  config: configSchema,
  policy: policySchema,
  test: testSchema,
  plan: planSchema,
  deployment: deploymentSchema,
  api: apiSchema,
} as const
const NAMES = Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[]

export const schema: Define = (command, run) => {
  command
    .addArgument(new Argument('[name]', 'which schema').choices(NAMES).default('flow' as const))
    .addHelpText(
      'after',
      examples(
        ['The schema of a definition', 'flows schema flow'],
        ['Keep a copy for an editor', 'flows schema flow > schemas/flow.schema.json'],
      ),
    )
    .action((name) =>
      run(async ({ terminal }) => {
        terminal.result(jsonText(SCHEMAS[name]))
        return ExitCode.ok
      }),
    )
}
