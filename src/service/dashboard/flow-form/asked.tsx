/**
 * Each step that a flow may have, with the class by which the style sheet shows it as soon as its field is filled in so.
 * That is live without a script.
 */
const STEPS = [
  ['document', 'Photos of a document'],
  ['driving_license', 'Driving licences are accepted'],
  ['id_card', 'Identity cards are accepted'],
  ['passport', 'Passports are accepted'],
  ['live', 'The photos come from the camera: no uploads'],
  ['selfie', 'A selfie, compared with the photo of the document'],
  ['document-number', 'An ID number, compared with the document'],
  ['number', 'An ID number, checked against records'],
  ['email', 'A code sent by email'],
  ['phone', 'A code sent by phone'],
  ['name', 'The name must be similar to the known one'],
  ['dob', 'The date of birth must be similar to the known one'],
] as const

/** What a person will be asked for by what the form holds at this moment. */
export function Asked() {
  return (
    <section class="card card-body asked" aria-labelledby="asked">
      <h2 id="asked">What a person will be asked</h2>
      <ul>
        {STEPS.map(([name, words]) => (
          <li key={name} class={`step ${name}`}>
            {words}
          </li>
        ))}
      </ul>
    </section>
  )
}
