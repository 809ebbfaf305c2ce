import { secretIn } from '../model/api-key.js'
import type { Issue } from '../model/diagnostic.js'
import { toPointer } from '../model/json-pointer.js'

/** API keys and signing secrets in a committed file: in names and values, at any depth. `instead` is what to do. */
export function secretIssues(value: unknown, instead: string, path: readonly string[] = []): Issue[] {
  if (typeof value === 'string') return secretAt(value, path, 'value', instead)
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, member]) => {
    const inner = [...path, name]
    const named = secretAt(name, inner, 'key', instead)
    return named.length > 0 ? named : secretIssues(member, instead, inner)
  })
}

/** A secret in the name of a file. `instead` is what to do. */
export function secretNameIssues(name: string, instead: string): Issue[] {
  return secretAt(name, [], 'key', instead)
}

function secretAt(text: string, path: readonly string[], part: Issue['part'], instead: string): Issue[] {
  const kind = secretIn(text)
  if (kind === undefined) return []
  return [
    {
      code: 'API_KEY_IN_FILE',
      message: `${kind} stands here, for all to read who see the file or its history`,
      hint: `${kind === 'an API key' ? 'revoke the key' : 'make a new secret'}; ${instead}`,
      pointer: toPointer(path),
      part,
    },
  ]
}
