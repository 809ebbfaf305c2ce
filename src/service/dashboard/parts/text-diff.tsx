import { structuredPatch } from 'diff'

/** Two texts compared line by line, with three lines around each change; nothing if they are the same. */
export function diffLines(before: string, after: string): readonly string[] {
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: 3 })
  return hunks.flatMap((hunk) => hunk.lines).filter((line) => !line.startsWith('\\'))
}

export function TextDiff({ before, after }: { readonly before: string; readonly after: string }) {
  const lines = diffLines(before, after)
  if (lines.length === 0) return <p class="quiet">The definitions are the same.</p>
  return (
    <pre class="diff">
      {lines.map((line, index) => (
        // Lines repeat, and their order never changes.
        <Line key={`${index}`} text={line} />
      ))}
    </pre>
  )
}

function Line({ text }: { readonly text: string }) {
  if (text.startsWith('+')) return <ins>{`${text}\n`}</ins>
  if (text.startsWith('-')) return <del>{`${text}\n`}</del>
  return <span>{`${text}\n`}</span>
}
