import { Lexer } from 'yaml'

/** A piece of a YAML text; together they are the text. */
export interface Lexeme {
  readonly text: string
  /** Whether it is the content of a plain scalar or a block, where "#" or a quote has no meaning for YAML. */
  readonly isContent: boolean
}

/** The lexer's own marks, which are not characters of the text. */
const MARKS = ['\u0002', '\u0018', '\u001f']

export function lexemesOf(text: string): Lexeme[] {
  const lexemes: Lexeme[] = []
  let isContent = false
  for (const lexeme of new Lexer().lex(text)) {
    const isMark = MARKS.includes(lexeme)
    if (!isMark) lexemes.push({ text: lexeme, isContent })
    isContent = isMark && lexeme === '\u001f'
  }
  return lexemes
}
