import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { updateFlow } from '../../src/service/operations/flows/flows.js'
import { aFolder, flows, writeFiles } from '../helpers/cli.js'
import { outsideGit } from '../helpers/outside-git.js'

const config = (project: string, more: string) => `project: ${project}\nenvironments: { local: {${more}} }\n`

test('twenty projects with bases three deep and variables: nothing to plan after apply, nor after pull', async () => {
  const cwd = aFolder()
  const folders = Array.from({ length: 20 }, (_, index) => `team-${index}`)
  for (const [index, folder] of folders.entries()) {
    writeFiles(cwd, {
      [`${folder}/flows.config.yaml`]: config(folder, ` variables: { where: "https://example.com/${index}" } `),
      [`${folder}/base/1.yaml`]: 'type: document\nmetadata: { team: risk, tier: one }\n',
      [`${folder}/base/2.yaml`]: 'extends: base/1.yaml\nreturn_url: { variable: where }\nmetadata: { tier: two }\n',
      [`${folder}/base/3.yaml`]: 'extends: base/2.yaml\noptions: { email: { require_verification: true } }\n',
      [`${folder}/flows/a.yaml`]: 'extends: base/3.yaml\nname: A\n',
      [`${folder}/flows/b.yaml`]: `extends: base/${1 + (index % 3)}.yaml\nname: B\nmetadata: { team: null }\n`,
    })
    const at = { cwd: join(cwd, folder) }
    expect((await flows(['apply', '--yes'], at)).code).toBe(0)
  }
  expect((await flows(['plan', '--all', '--detailed-exitcode'], { cwd })).code).toBe(0)
  const bases = (folder: string) =>
    [1, 2, 3].map((base) => readFileSync(join(cwd, folder, `base/${base}.yaml`), 'utf8'))
  for (const folder of folders) {
    await outsideGit(join(cwd, folder), (call) =>
      updateFlow(call, 'a', {
        return_url: 'https://example.com/elsewhere',
        metadata: { team: 'fraud', tier: 'other' },
        options: { email: { require_verification: false } },
      }),
    )
  }
  expect((await flows(['drift', '--all'], { cwd })).code).toBe(2)
  for (const [index, folder] of folders.entries()) {
    const at = { cwd: join(cwd, folder) }
    const before = bases(folder)
    const pulled = await flows(['pull'], at)
    expect(pulled.code).toBe(0)
    // Only a base that the other flow does not extend is edited.
    for (const [level, text] of bases(folder).entries()) {
      if (level <= index % 3) expect(text).toBe(before[level])
    }
    expect(readFileSync(join(cwd, folder, 'flows/a.yaml'), 'utf8')).toContain('https://example.com/elsewhere')
    expect(readFileSync(join(cwd, folder, 'flows.config.yaml'), 'utf8')).toContain(`https://example.com/${index}`)
    expect((await flows(['fmt', '--check'], at)).code).toBe(0)
  }
  expect((await flows(['plan', '--all', '--detailed-exitcode'], { cwd })).code).toBe(0)
})
