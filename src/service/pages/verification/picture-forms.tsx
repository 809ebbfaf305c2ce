import type { Language, MessageName } from '../language/language.js'
import { TestNote } from './fields.js'
import type { StepProps } from './step-props.js'

/*
 * No picture is sent: the inputs have no name, so a form does not hold them, and the script keeps what the camera takes on
 * the page. Without the script, there is no camera, and the page goes on without a picture.
 */

/** Each side of the document: by the camera alone, or as a file, which on a phone may come from the camera as well. */
export function PictureForm({ look: { language }, session, step }: StepProps<'picture'>) {
  const { say } = language
  const isPassport = session.answers.document === 'passport'
  const sides = isPassport ? (['page'] as const) : (['front', 'back'] as const)
  return (
    <>
      <p>{say(isPassport ? 'picture.passport' : 'picture.card')}</p>
      {step.live && <p>{say('picture.live')}</p>}
      {sides.map((side) =>
        step.live ? (
          <Camera key={side} language={language} label={`picture.${side}`} facing="environment" />
        ) : (
          <Upload key={side} language={language} label={`picture.${side}`} id={side} />
        ),
      )}
      <p class="quiet">{say('picture.stays')}</p>
      <TestNote>{say('test.picture')}</TestNote>
    </>
  )
}

export function SelfieForm({ look: { language } }: StepProps) {
  const { say } = language
  return (
    <>
      <p>{say('selfie.intro')}</p>
      <Camera language={language} label="selfie.title" facing="user" />
      <p class="quiet">{say('picture.stays')}</p>
      <TestNote>{say('test.picture')}</TestNote>
    </>
  )
}

interface CaptureProps {
  readonly language: Language
  readonly label: MessageName
}

/** The script shows it where there is a camera. */
function Camera({ language: { say }, label, facing }: CaptureProps & { readonly facing: 'environment' | 'user' }) {
  return (
    <fieldset class="shot" data-camera={facing} hidden>
      <legend>{say(label)}</legend>
      <video muted playsInline hidden />
      <img alt={say('camera.preview')} hidden />
      <p role="status" data-taken={say('camera.taken')} data-denied={say('camera.denied')} />
      <button type="button" class="second" data-open data-again={say('camera.again')}>
        {say('camera.open')}
      </button>
      <button type="button" class="second" data-take hidden>
        {say('camera.take')}
      </button>
    </fieldset>
  )
}

function Upload({ language: { say }, label, id }: CaptureProps & { readonly id: string }) {
  return (
    <div class="shot" data-upload>
      <label for={id}>{say(label)}</label>
      <p>
        <input id={id} type="file" accept="image/*" />
      </p>
      <img alt={say('camera.preview')} hidden />
    </div>
  )
}
