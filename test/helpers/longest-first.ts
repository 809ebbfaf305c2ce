import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Those that take longest, longest first: started last, one of them would run while all other cores have nothing left to
 * do. A clean checkout has no durations of an earlier run to go by. Two that start many processes are not begun together.
 */
const LONGEST = [
  'store/lost-connections.long',
  'service/crash.long',
  'story.long',
  'terraform/real.long',
  'terraform/built.long',
  'docs/console.long',
  'forge/init-jobs.long',
  'cli/saved-plan-once.long',
  'forge/action.long',
  'store/plans.long',
  'cli/reading-only.long',
  'edit/laws',
  'service/processes.long',
  'store/damaged.long',
  'terraform/installed.long',
  'terraform/rules.long',
  'secrets.long',
  'cli/drift-pull-request.long',
  'service/stripe-client.long',
  'terraform/processes.long',
  'cli/usage',
  'terraform/plugin/process.long',
  'cli/service.long',
  'service/several-processes.long',
  'cli/history.long',
  'cli/outputs',
  'cli/backup.long',
  'service/authorisation',
  'cli/apply.long',
  'outbound/request.long',
  'terraform/validate.long',
  'store/postgres.long',
  'cli/completion.long',
  'service/deployments',
  'load/format',
  'app/apply.long',
  'browser/pages.long',
  'service/sessions',
  'terraform/same-flows.long',
  'service/failover.long',
  'service/pages',
  'service/openapi/limits.long',
  'cli/terraform-install.long',
  'service/stripe-versions.long',
  'cli/pull-killed.long',
  'terraform/flow.long',
  'cli/serve.long',
  'service/deliveries.long',
  'service/store-away.long',
  'cli/saved-plan.long',
  'service/session-lifecycle',
  'remote/http.long',
  'cli/synth',
  'store/long-reads.long',
  'cli/ci.long',
]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
      return at === -1 ? LONGEST.length : at
    }
    const others = await super.sort(files)
    return others.sort((a, b) => place(a) - place(b))
  }
}
