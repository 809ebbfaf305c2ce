/** The file that GitLab reads. */
export const GITLAB_FILE = '.gitlab-ci.yml'

/**
 * The text of .gitlab-ci.yml with one more local file among those that it includes; undefined where a person has to write
 * the line, since "include" has another form than a list in lines of its own.
 */
export function withInclude(text: string | undefined, file: string): string | undefined {
  const line = `- local: ${file}`
  if (text === undefined || text.trim() === '') return `include:\n  ${line}\n`
  if (includes(text, file)) return text
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  if (!/^(?:include|"include"|'include')[ \t]*:/m.test(text)) {
    // What comes before the first document, such as a header, has to stay first.
    if (/^(?:---|%|spec[ \t]*:)/m.test(text)) return undefined
    return `include:${eol}  ${line}${eol}${eol}${text}`
  }
  const list = /^include[ \t]*:[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*(?=([ \t]*)- )/m.exec(text)
  if (list === null) return undefined
  const end = list.index + list[0].length
  return `${text.slice(0, end)}${list[1] ?? ''}${line}${eol}${text.slice(end)}`
}

function includes(text: string, file: string): boolean {
  const escaped = file.replaceAll(/[.+]/g, '\\$&')
  return new RegExp(`^[^#\\n]*['"\\s]/?${escaped}['"]?\\s*(?:[#,}\\]].*)?$`, 'm').test(text)
}
