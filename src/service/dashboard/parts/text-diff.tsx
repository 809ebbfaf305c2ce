import { structuredPatch } from 'diff'

/** Two texts compared line by line, with three lines around each change. */
export function TextDiff({ before, after }: { readonly before: string; readonly after: string }) {
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: 3 })
  if (hunks.length === 0) return <p class="quiet">The definitions are the same.</p>
  const lines = hunks.flatMap((hunk) => hunk.lines).filter((line) => !line.startsWith('\\'))
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
