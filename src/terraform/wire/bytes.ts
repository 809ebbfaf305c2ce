/** Protobuf's wire types, which say where a value ends. */
export const VARINT = 0
const FIXED64 = 1
export const DELIMITED = 2
const FIXED32 = 5

/** An integer in 7 bits per byte, lowest first; negative ones as 64 bits in two's complement. */
export function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not an integer that can be sent`)
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

/** Reads the bytes of one message. */
export class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** @throws if the integer is too large for a JavaScript number. */
  varint(): number {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#take(1)[0] as number
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return safe(BigInt.asIntN(64, value))
    }
    throw new RangeError('an integer is longer than 10 bytes')
  }

  delimited(): Buffer {
    return this.#take(this.varint())
  }

  /** Skips the value of an unknown field. */
  skip(ending: number): void {
    if (ending === VARINT) this.#pastVarint()
    else if (ending === FIXED64) this.#take(8)
    else if (ending === DELIMITED) this.delimited()
    else if (ending === FIXED32) this.#take(4)
    else throw new RangeError(`wire type ${ending} is not in use`)
  }

  #pastVarint(): void {
    while ((this.#take(1)[0] as number) >= 0x80);
  }

  #take(length: number): Buffer {
    const end = this.#at + length
    if (length < 0 || end > this.#bytes.length) throw new RangeError('the message ends too early')
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }
}

function safe(value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is beyond what a number can hold`)
  return number
}
