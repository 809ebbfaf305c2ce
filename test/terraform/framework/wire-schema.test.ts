import { expect, test } from 'vitest'
import { FLOW_RESOURCE } from '../../../src/terraform/flow/schema.js'
import { typeOf } from '../../../src/terraform/framework/wire-schema.js'

test('the type of a block is worked out once, since every call of Terraform asks for it', () => {
  expect(typeOf(FLOW_RESOURCE)).toMatchObject(['object', { key: 'string', protected: 'bool' }])
  expect(typeOf(FLOW_RESOURCE)).toBe(typeOf(FLOW_RESOURCE))
})
