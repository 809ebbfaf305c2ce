const BLOCK = 512

export interface TarFile {
  /** At most 100 bytes, all of them ASCII. */
  readonly name: string
  readonly content: string
}

/**
 * Files as one archive in the ustar format (POSIX.1-1988), which every tar reads. The names are those of definitions, so
 * none needs the extensions that a library is for.
 */
export function tarOf(files: readonly TarFile[], modified: number): Buffer {
  const blocks = files.flatMap(({ name, content }) => {
    const bytes = Buffer.from(content)
    const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)
    return [headerOf(name, bytes.length, modified), bytes, padding]
  })
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)])
}

function headerOf(name: string, size: number, modified: number): Buffer {
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, length: number) => value.toString(8).padStart(length - 1, '0')
  header.write(name, 0, 100)
  header.write(octal(0o644, 8), 100)
  header.write(octal(0, 8), 108)
  header.write(octal(0, 8), 116)
  header.write(octal(size, 12), 124)
  header.write(octal(modified, 12), 136)
  // The sum is made with its own field full of spaces.
  header.write(' '.repeat(8), 148)
  header.write('0', 156)
  header.write('ustar\0', 257)
  header.write('00', 263)
  const sum = header.reduce((all, byte) => all + byte, 0)
  header.write(`${octal(sum, 7)}\0 `, 148)
  return header
}
