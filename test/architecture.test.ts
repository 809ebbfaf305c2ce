import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { cruise, type ICruiseResult, type IModule } from 'dependency-cruiser'
import { beforeAll, describe, expect, test } from 'vitest'

/** A row of the folder map in src/README.md. */
interface Room {
  readonly name: string
  readonly uses: readonly string[]
}

const rooms = readMap()
let modules: readonly IModule[] = []

beforeAll(async () => {
  const { output } = await cruise(['src'], {
    tsPreCompilationDeps: true,
    exclude: { path: 'src/validate/generated' },
    doNotFollow: { path: 'node_modules' },
    moduleSystems: ['es6', 'tsd'],
  })
  modules = (output as ICruiseResult).modules.filter(({ source }) => source.startsWith('src/'))
})

describe('the folder map in src/README.md holds', () => {
  test('every file was looked at, and every folder is on the map', () => {
    expect(modules.length).toBeGreaterThan(60)
    expect([...new Set(modules.map(({ source }) => roomOf(source)))].sort()).toEqual(
      rooms.map(({ name }) => name).sort(),
    )
  })

  test('no file imports what its row does not name', () => {
    const broken = modules.flatMap(({ source, dependencies }) => {
      const { name, uses } = rooms.find((room) => room.name === roomOf(source)) ?? { name: '?', uses: [] }
      return dependencies
        .map((dependency) => usedBy(dependency))
        .filter((used) => used !== name && !uses.includes(used))
        .map((used) => `${source} uses ${used}`)
    })
    expect([...new Set(broken)]).toEqual([])
  })

  test('nothing on the map is allowed without being used', () => {
    const used = new Set(
      modules.flatMap(({ source, dependencies }) => dependencies.map((one) => `${roomOf(source)} ${usedBy(one)}`)),
    )
    const idle = rooms.flatMap(({ name, uses }) =>
      uses.filter((use) => !used.has(`${name} ${use}`)).map((use) => `${name}: ${use}`),
    )
    expect(idle).toEqual([])
  })

  test('no import runs in a circle', () => {
    const circles = modules.filter(({ dependencies }) => dependencies.some(({ circular }) => circular))
    expect(circles.map(({ source }) => source)).toEqual([])
  })
})

/** What an import reaches, in the words of the map. */
function usedBy({ resolved, module }: IModule['dependencies'][number]): string {
  if (resolved.startsWith('src/')) return roomOf(resolved)
  if (resolved.startsWith('schemas/') || resolved === 'package.json') return 'schemas'
  if (module.startsWith('node:') || builtinModules.includes(module)) return 'Node'
  const [first = '', second] = module.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}

/** The longest entry of the map that a file lies in: a folder, or a file of its own. */
function roomOf(path: string): string {
  const inside = path.replace(/^src\//, '')
  const match = rooms
    .map(({ name }) => name)
    .filter((name) => inside === name || inside.startsWith(`${name}/`))
    .sort((a, b) => b.length - a.length)[0]
  return match ?? `(not on the map) ${inside}`
}

/** Rows like: | `plan/` | what it does | `model`, `yaml` | */
function readMap(): Room[] {
  const map = readFileSync('src/README.md', 'utf8')
  return [...map.matchAll(/^\| `([^`]+)` \|[^|]*\|([^|]*)\|$/gm)].map(([, name = '', uses = '']) => ({
    name: name.replace(/\/$/, ''),
    uses: [...uses.matchAll(/`([^`]+)`/g)].map(([, use = '']) => use),
  }))
}
