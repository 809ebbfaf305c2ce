import type { RemoteReader } from './remote.js'

/** A reader that fetches single flows and deployments at most `most` at a time. */
export function sparing(reader: RemoteReader, most: number): RemoteReader {
  const inTurn = turns(most)
  return {
    ...reader,
    retrieveFlow: (...asked) => inTurn(() => reader.retrieveFlow(...asked)),
    listFlowVersions: (...asked) => inTurn(() => reader.listFlowVersions(...asked)),
    listDeployments: (...asked) => inTurn(() => reader.listDeployments(...asked)),
  }
}

/** Runs work at once while there is room, otherwise when its turn comes. */
function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let underWay = 0
  return async (work) => {
    if (underWay < most) underWay += 1
    else await new Promise<void>((begin) => waiting.push(begin))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else underWay -= 1
    }
  }
}
