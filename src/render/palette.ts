/** How to colour a piece of text. Colour is never the only sign: every coloured word is clear without it. */
export interface Palette {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
  readonly cyan: (text: string) => string
}

const same = (text: string) => text

export const plain: Palette = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same }
