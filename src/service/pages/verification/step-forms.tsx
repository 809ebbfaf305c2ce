import type { JSX } from 'preact'
import type { StepName } from '../../../verifier/hosted-page.js'
import type { MessageName } from '../language/language.js'
import { ConsentForm } from './consent-form.js'
import { CodeForm, EmailForm, PhoneForm } from './contact-forms.js'
import { DocumentForm } from './document-form.js'
import { NumberForm } from './number-form.js'
import { PictureForm, SelfieForm } from './picture-forms.js'
import { ReviewForm } from './review-form.js'
import type { StepProps } from './step-props.js'

/** How a step is asked: its title, its fields, and its buttons. */
interface StepForm {
  readonly title: MessageName
  readonly script?: 'camera'
  readonly actions: {
    readonly go: MessageName
    /** For whoever cannot go on, or does not want to: the attempt ends with this outcome. */
    readonly instead?: { readonly text: MessageName; readonly outcome: string; readonly look: 'second' | 'plain' }
  }
  readonly Form: (props: StepProps) => JSX.Element
}

const CONTINUE = { go: 'continue' } as const
const NO_CAMERA = {
  go: 'continue',
  instead: { text: 'picture.none', outcome: 'device_not_supported', look: 'plain' },
} as const

export const STEP_FORMS: Readonly<Record<StepName, StepForm>> = {
  consent: {
    title: 'consent.title',
    actions: {
      go: 'consent.agree',
      instead: { text: 'consent.decline', outcome: 'consent_declined', look: 'second' },
    },
    Form: ConsentForm,
  },
  document: { title: 'document.title', actions: CONTINUE, Form: formOf(DocumentForm) },
  picture: { title: 'picture.title', script: 'camera', actions: NO_CAMERA, Form: formOf(PictureForm) },
  selfie: { title: 'selfie.title', script: 'camera', actions: NO_CAMERA, Form: SelfieForm },
  id_number: { title: 'id_number.title', actions: CONTINUE, Form: formOf(NumberForm) },
  email: { title: 'email.title', actions: CONTINUE, Form: EmailForm },
  phone: { title: 'phone.title', actions: CONTINUE, Form: PhoneForm },
  email_code: {
    title: 'email_code.title',
    actions: {
      go: 'continue',
      instead: { text: 'email_code.decline', outcome: 'email_verification_declined', look: 'plain' },
    },
    Form: formOf(CodeForm),
  },
  phone_code: {
    title: 'phone_code.title',
    actions: {
      go: 'continue',
      instead: { text: 'phone_code.decline', outcome: 'phone_verification_declined', look: 'plain' },
    },
    Form: formOf(CodeForm),
  },
  review: { title: 'review.title', actions: { go: 'review.submit' }, Form: ReviewForm },
}

/** A form for steps of some names, which this table gives it alone. */
function formOf<Name extends StepName>(form: (props: StepProps<Name>) => JSX.Element): StepForm['Form'] {
  return form as unknown as StepForm['Form']
}
