import { describe, expect, test } from 'vitest'
import { appliedNotice, blockedNotice, driftNotice, keyEndingNotice, type Notice } from '../../src/notify/notice.js'
import { payloadOf } from '../../src/notify/payload.js'

const ABOUT = {
  project: 'acme-kyc',
  environment: 'live',
  livemode: true,
  url: 'https://github.com/acme/kyc/actions/runs/7',
}
const notice = (details: readonly string[], title = 'A title.'): Notice => ({
  ...ABOUT,
  event: 'blocked',
  title,
  details,
})

describe('a notice', () => {
  test('of a deployment names its flows and what became of them', () => {
    const changes = [
      { key: 'low-value', action: 'update' },
      { key: 'old', action: 'archive' },
    ] as const
    expect(appliedNotice(ABOUT, changes, 'vfd_1')).toMatchObject({
      event: 'applied',
      title: '2 flows of acme-kyc changed in live (vfd_1).',
      details: ['update low-value', 'archive old'],
    })
  })

  test('of drift says how many fields of which flows were edited', () => {
    const flows = [{ key: 'low-value', kind: 'edited', fields: [{}, {}] }]
    expect(driftNotice(ABOUT, { flows } as never)).toMatchObject({
      event: 'drift',
      title: '1 flow of acme-kyc was edited outside git in live.',
      details: ['low-value: 2 fields'],
    })
    const more = [...flows, { key: 'new', kind: 'created', fields: [] }]
    expect(driftNotice(ABOUT, { flows: more } as never).title).toBe(
      '2 flows of acme-kyc were edited outside git in live.',
    )
  })

  test('says what flows at Stripe do not follow, of a deployment and of drift', () => {
    const bound = [
      { key: 'payouts', status: 'drifted', fields: [{}] },
      { key: 'same', status: 'in_sync', fields: [] },
    ]
    const toEdit = 'payouts: 1 field to edit at Stripe'
    expect(driftNotice(ABOUT, { flows: [], bound } as never)).toMatchObject({
      title: '1 flow at Stripe checks something else than acme-kyc says for live.',
      details: [toEdit],
    })
    const flows = [{ key: 'low-value', kind: 'created', fields: [] }]
    expect(driftNotice(ABOUT, { flows, bound } as never)).toMatchObject({
      title: expect.stringMatching(/^1 flow of acme-kyc was edited .* 1 flow at Stripe checks/),
      details: ['low-value: created', toEdit],
    })
    const changes = [{ key: 'payouts', action: 'update' }] as const
    expect(appliedNotice(ABOUT, changes, 'vfd_1', bound as never).details).toEqual(['update payouts', toEdit])
  })

  test('of a blocked plan gives the reasons, and of a key its end', () => {
    expect(blockedNotice(ABOUT, ['weaken: would weaken 1 flow'])).toMatchObject({
      event: 'blocked',
      details: ['weaken: would weaken 1 flow'],
    })
    expect(keyEndingNotice(ABOUT, { name: 'ci-plan', expires: 1_790_000_000 }).title).toBe(
      'The API key "ci-plan" of acme-kyc in live ends 2026-09-21 14:13 UTC.',
    )
  })
})

describe('the message for Slack', () => {
  test('has the title for notifications, and all of it as text with a link to the run', () => {
    const text = '*A title.*\n\u2022 one\n\u2022 two\n<https://github.com/acme/kyc/actions/runs/7|The run of the job>'
    expect(payloadOf('slack', notice(['one', 'two']))).toEqual({
      text: 'A title.',
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }],
    })
  })

  test('leaves no name a chance to mention everybody or to link elsewhere', () => {
    const sent = JSON.stringify(
      payloadOf('slack', { ...notice(['<!channel> & <https://evil.example|run>']), url: null }),
    )
    expect(sent).toContain('&lt;!channel&gt; &amp; &lt;https://evil.example|run&gt;')
  })

  test('stays within the three thousand characters of a block, however many lines there are', () => {
    const many = Array.from({ length: 500 }, (_, n) => `${n} ${'x'.repeat(500)}`)
    const { blocks } = payloadOf('slack', notice(many)) as { blocks: { text: { text: string } }[] }
    expect(blocks[0]?.text.text.length).toBeLessThan(3_000)
    expect(blocks[0]?.text.text).toContain('and 480 more lines')
  })
})

describe('the message for Teams', () => {
  test('is an Adaptive Card with a button that opens the run', () => {
    expect(payloadOf('teams', notice(['one']))).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: {
            type: 'AdaptiveCard',
            body: [
              { type: 'TextBlock', text: 'A title.', weight: 'Bolder' },
              { type: 'TextBlock', text: 'one' },
            ],
            actions: [{ type: 'Action.OpenUrl', url: ABOUT.url }],
          },
        },
      ],
    })
  })

  test('shows marks of Markdown in names as they are', () => {
    const sent = payloadOf('teams', { ...notice(['[run](https://evil.example) *now*']), url: null }) as {
      attachments: { content: { body: { text: string }[]; actions?: unknown } }[]
    }
    expect(sent.attachments[0]?.content.body[1]?.text).toBe('\\[run\\](https://evil.example) \\*now\\*')
    expect(sent.attachments[0]?.content.actions).toBeUndefined()
  })
})

test('any other address gets the notice itself', () => {
  const one = notice(['one'])
  expect(payloadOf('url', one)).toEqual({ format: 'flows.notice', format_version: '1.0', ...one })
})
