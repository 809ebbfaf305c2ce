/** A structure that may be missing, as it stands in a column of text. */
export function toJson(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value)
}

export function fromJson<T>(text: string | null): T | null {
  return text === null ? null : JSON.parse(text)
}
