/** What was wrong with what somebody typed, above the fields of its form. */
export function Fault({ text }: { readonly text: string | null }) {
  if (text === null) return null
  return (
    <p class="alert alert-danger" role="alert">
      {text}
    </p>
  )
}
