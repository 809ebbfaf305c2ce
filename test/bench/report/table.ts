/** One table of results. Every cell is text; the first column says what was measured. */
export interface Table {
  readonly title: string
  /** What the figures mean, in a sentence or two. */
  readonly note?: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** For a terminal: columns of equal width. */
export function toText({ title, note, head, rows }: Table): string {
  const lines = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const aligned = lines.map((line) =>
    line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  )
  return [title, ...(note === undefined ? [] : [note]), '', ...aligned, ''].join('\n')
}

/** For a page of the docs, under a heading of the third level. */
export function toMarkdown({ title, note, head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, at) => (at === 0 ? '---' : '---:'))
  return [`### ${title}`, '', ...(note === undefined ? [] : [note, '']), ...[head, rule, ...rows].map(line), ''].join(
    '\n',
  )
}

/** "0.62 of 0.70 wanted: 11 % short", or "0.75, target 0.70". `least`: the figure must not be below the target. */
export function against(figure: number, target: { readonly least: number } | { readonly most: number }): string {
  const [wanted, isMet] =
    'least' in target ? [target.least, figure >= target.least] : [target.most, figure <= target.most]
  const sign = 'least' in target ? '>=' : '<='
  const off = Math.abs(figure / wanted - 1) * 100
  return `${sign} ${wanted.toFixed(2)} ${isMet ? 'met' : `missed by ${off.toFixed(0)} %`}`
}

export function ms(milliseconds: number): string {
  return milliseconds.toFixed(milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0)
}

export function times(ratio: number): string {
  return ratio.toFixed(2)
}

export function megabytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(0)
}
