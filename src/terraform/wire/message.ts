import { DELIMITED, Reader, VARINT, varint } from './bytes.js'

/**
 * A protobuf message as a table of its fields, which gives both the encoding and the TypeScript types. Not a library:
 * that would be more code than it saves, and Terraform starts this program several times per command.
 */
export interface Message<Write, Value> {
  /** Null and undefined values are left out. */
  encode(value: Write): Uint8Array
  /** @throws if the bytes are not such a message. Fields that are not in the table are skipped. */
  decode(bytes: Uint8Array): Value
}

/** A field. It is written from a type that may have gaps, and read as one without. */
interface Field<Write, Value> {
  readonly number: number
  readonly ending: typeof VARINT | typeof DELIMITED
  /** The encoded values of the field, without its number. */
  write(value: Write): readonly Uint8Array[]
  /** The value before anything was read; made anew for each message. */
  absent(): Value
  /** The value after reading one more. */
  read(before: Value, reader: Reader): Value
}

type Fields = { readonly [name: string]: Field<never, unknown> }
type Written<Table> = {
  readonly [Name in keyof Table]?: (Table[Name] extends Field<infer Write, infer _> ? Write : never) | null | undefined
}
type Read<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends Field<infer _, infer Value> ? Value : never
}

export type WrittenAs<Of> = Of extends Message<infer Write, infer _> ? Write : never
export type ReadAs<Of> = Of extends Message<infer _, infer Value> ? Value : never

export function message<Table extends Fields>(table: Table): Message<Written<Table>, Read<Table>> {
  const byNumber = new Map(Object.entries(table).map(([name, field]) => [field.number, { name, field }]))
  return {
    encode(value) {
      const chunks = Object.entries(table).flatMap(([name, field]) => {
        const given = value[name]
        if (given === null || given === undefined) return []
        const head = varint(field.number * 8 + field.ending)
        return field.write(given as never).flatMap((bytes) => [head, bytes])
      })
      return Buffer.concat(chunks)
    },
    decode(bytes) {
      const reader = new Reader(bytes)
      const values = Object.fromEntries(Object.entries(table).map(([name, field]) => [name, field.absent()]))
      while (!reader.ended) {
        const head = reader.varint()
        const { name, field } = byNumber.get(Math.floor(head / 8)) ?? {}
        if (name === undefined || field === undefined) reader.skip(head % 8)
        else if (field.ending !== head % 8) throw new RangeError(`${name} is not encoded as it should be`)
        else values[name] = field.read(values[name], reader)
      }
      return values as Read<Table>
    },
  }
}

/** How one value of a field is written and read. */
interface Kind<Write, Value = Write> {
  readonly ending: typeof VARINT | typeof DELIMITED
  write(value: Write): Uint8Array
  read(reader: Reader): Value
}

const TEXT: Kind<string> = {
  ending: DELIMITED,
  write: (value) => delimited(Buffer.from(value, 'utf8')),
  read: (reader) => reader.delimited().toString('utf8'),
}
const BYTES: Kind<Uint8Array> = {
  ending: DELIMITED,
  write: delimited,
  read: (reader) => reader.delimited(),
}
const SWITCH: Kind<boolean> = {
  ending: VARINT,
  write: (value) => varint(value ? 1 : 0),
  read: (reader) => reader.varint() !== 0,
}
const INTEGER: Kind<number> = { ending: VARINT, write: varint, read: (reader) => reader.varint() }

/** Reads as an empty text if absent, as in protobuf. */
export const text = (number: number) => single(number, TEXT, '')
/** Read as empty if absent. */
export const bytes = (number: number) => single(number, BYTES, Buffer.alloc(0))
/** Reads as false if absent. */
export const flag = (number: number) => single(number, SWITCH, false)
/** Also for enumerations. Reads as 0 if absent. */
export const integer = (number: number) => single(number, INTEGER, 0)

/** Read as undefined if absent, unlike zero: for members of a `oneof` and `optional` fields. */
export const optionalText = (number: number) => single(number, TEXT, undefined)
export const optionalBytes = (number: number) => single(number, BYTES, undefined)
export const optionalInteger = (number: number) => single(number, INTEGER, undefined)

/** A message in a message; reads as null if absent. */
export const nested = <Write, Value>(number: number, of: Message<Write, Value>) => single(number, inside(of), null)

export function repeated<Write, Value>(
  number: number,
  of: Message<Write, Value>,
): Field<readonly Write[], readonly Value[]> {
  const kind = inside(of)
  return {
    number,
    ending: kind.ending,
    write: (values) => values.map((value) => kind.write(value)),
    absent: () => [],
    read(before, reader) {
      // Changes its own list: copying it for every element would make a thousand cost a million.
      ;(before as Value[]).push(kind.read(reader))
      return before
    },
  }
}

/** A map from text to messages. */
export function map<Write, Value>(
  number: number,
  of: Message<Write, Value>,
): Field<{ readonly [key: string]: Write }, ReadonlyMap<string, Value>> {
  const entries = repeated(number, message({ key: text(1), value: nested(2, of) }))
  return {
    number,
    ending: DELIMITED,
    write: (values) => entries.write(Object.entries(values).map(([key, value]) => ({ key, value }))),
    absent: () => new Map(),
    read(before, reader) {
      const [entry] = entries.read([], reader)
      return new Map([...before, [entry?.key ?? '', entry?.value ?? of.decode(new Uint8Array())]])
    },
  }
}

function single<Write, Value, Absent>(
  number: number,
  kind: Kind<Write, Value>,
  absent: Absent,
): Field<Write, Value | Absent> {
  return {
    number,
    ending: kind.ending,
    write: (value) => (isSame(value, absent) ? [] : [kind.write(value)]),
    absent: () => absent,
    // The last one counts.
    read: (_, reader) => kind.read(reader),
  }
}

function isSame(value: unknown, absent: unknown): boolean {
  if (value instanceof Uint8Array && absent instanceof Uint8Array) return value.length === absent.length
  return value === absent
}

function inside<Write, Value>(of: Message<Write, Value>): Kind<Write, Value> {
  return {
    ending: DELIMITED,
    write: (value) => delimited(of.encode(value)),
    read: (reader) => of.decode(reader.delimited()),
  }
}

function delimited(value: Uint8Array): Uint8Array {
  return Buffer.concat([varint(value.length), value])
}
