import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Those that take longest, longest first: started last, one of them would run while all other cores have nothing left to
 * do. A clean checkout has no durations of an earlier run to go by. Two that start many processes are not begun together.
 */
const LONG = [
  'docs/console',
  'constructs/types',
  'terraform/same-flows',
  'terraform/processes',
  'load/format',
  'load/positions',
  'apply/apply',
  'service/crash',
  'terraform/migration',
  'cli/completion',
  'story',
  'service/processes',
  'terraform/rules',
  'terraform/plugin/process',
  'forge/action',
  'terraform/installed',
  'cli/saved-plan-once',
  'cli/backup',
  'cli/apply',
  'cli/usage',
  'cli/terraform-install',
  'cli/saved-plan',
  'cli/service',
  'service/several-processes',
  'service/stripe-client',
  'browser/pages',
  'cli/history',
  'service/deliveries',
  'cli/serve',
  'store/postgres',
]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
      return at === -1 ? LONG.length : at
    }
    const others = await super.sort(files)
    return others.sort((a, b) => place(a) - place(b))
  }
}
