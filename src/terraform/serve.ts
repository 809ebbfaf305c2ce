import { callsOf } from './framework/calls.js'
import type { Provider } from './framework/provider.js'
import { run } from './plugin/run.js'

/** Runs this process as a provider of Terraform, until Terraform ends it. */
export async function serve(provider: Provider): Promise<void> {
  await run((surroundings) => {
    const handlers = callsOf(provider, surroundings)
    return {
      handlers,
      stop: () => void handlers.StopProvider({}),
      close: (isTold) => provider.close(isTold),
    }
  })
}
