import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { editDefinition } from '../../src/edit/edit-definition.js'
import { normalise } from '../../src/model/flow.js'

/** Each folder is a definition (before.yaml), what the flow is to be (target.json), and the edited text (after.yaml). */
const CASES = 'test/edit/cases'

describe('golden cases of editing', () => {
  test.each(readdirSync(CASES))('%s', async (name) => {
    const { body, environments, ...target } = JSON.parse(readFileSync(`${CASES}/${name}/target.json`, 'utf8'))
    const text = readFileSync(`${CASES}/${name}/before.yaml`, 'utf8')
    const after = editDefinition(
      { file: 'a.yaml', text },
      { ...target, environments: new Map(environments.map((one: string) => [one, 'test'])), config: normalise(body) },
    )
    await expect(after).toMatchFileSnapshot(`cases/${name}/after.yaml`)
  })
})
