import { plural, printable } from '../text/text.js'
import type { Notice } from './notice.js'

/** More lines than anybody reads in a chat. */
const MOST_LINES = 20
/** Longest line, in characters. Slack takes 3,000 in a block, Teams 28 kB in a message. */
const LONGEST_LINE = 120

/** The body of a POST that a receiver understands. */
export function payloadOf(to: 'slack' | 'teams' | 'url', notice: Notice): object {
  if (to === 'slack') return slack(notice)
  return to === 'teams' ? teams(notice) : { format: 'flows.notice', format_version: '1.0', ...notice }
}

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
function slack({ title, details, url }: Notice): object {
  const link = url === null ? [] : [`<${inSlack(url)}|The run of the job>`]
  const text = [`*${inSlack(title)}*`, ...shown(details).map((line) => `\u2022 ${inSlack(line)}`), ...link].join('\n')
  // The first is for notifications of the system, which show no blocks.
  return { text: inSlack(title), blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] }
}

/** What would be markup: Slack reads these three as HTML does. Marks of emphasis are left, they harm nobody. */
function inSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** A message with an Adaptive Card, as workflows of Teams take it. */
function teams({ title, details, url }: Notice): object {
  const block = (text: string, more: object = {}) => ({ type: 'TextBlock', text: inTeams(text), wrap: true, ...more })
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [block(title, { weight: 'Bolder' }), ...shown(details).map((line) => block(line, { spacing: 'Small' }))],
    ...(url !== null && { actions: [{ type: 'Action.OpenUrl', title: 'The run of the job', url }] }),
  }
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }] }
}

/** Text blocks read Markdown: links and emphasis in a name are no markup of ours. */
function inTeams(text: string): string {
  return text.replaceAll(/[\\`*_[\]]/g, (mark) => `\\${mark}`)
}

function shown(details: readonly string[]): readonly string[] {
  const rest = details.length - MOST_LINES
  const lines = details.slice(0, MOST_LINES).map((line) => {
    const plain = printable(line)
    return plain.length > LONGEST_LINE ? `${plain.slice(0, LONGEST_LINE - 1)}\u2026` : plain
  })
  return rest > 0 ? [...lines, `and ${plural(rest, 'more line')}`] : lines
}
