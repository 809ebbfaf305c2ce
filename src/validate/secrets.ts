import { looksLikeApiKey } from '../model/api-key.js'
import type { Issue } from '../model/diagnostic.js'
import { toPointer } from '../model/json-pointer.js'

/** API keys in a file that people commit and plans print: in names and values, at any depth. `instead` is what to do. */
export function secretIssues(value: unknown, instead: string, path: readonly string[] = []): Issue[] {
  if (typeof value === 'string') return looksLikeApiKey(value) ? [secret(path, 'value', instead)] : []
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, member]) => {
    const inner = [...path, name]
    return looksLikeApiKey(name) ? [secret(inner, 'key', instead)] : secretIssues(member, instead, inner)
  })
}

/** An API key as the name of a file. `instead` is what to do. */
export function secretName(instead: string): Issue {
  return secret([], 'key', instead)
}

function secret(path: readonly string[], part: Issue['part'], instead: string): Issue {
  return {
    code: 'API_KEY_IN_FILE',
    message: 'an API key stands here, for all to read who see the file or its history',
    hint: `revoke the key; ${instead}`,
    pointer: toPointer(path),
    part,
  }
}
