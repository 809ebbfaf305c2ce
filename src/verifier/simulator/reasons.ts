import type { SessionErrorCode } from '../../model/resources.js'

/** Reasons that may be shown to the person. */
export const REASONS: Readonly<Record<SessionErrorCode, string>> = {
  abandoned: 'The verification was left unfinished.',
  consent_declined: 'The verification was declined.',
  country_not_supported: 'Documents of this country cannot be verified.',
  device_not_supported: 'This device has no camera that can be used.',
  under_supported_age: 'The person is younger than can be verified.',
  document_expired: 'The document has expired.',
  document_type_not_supported: 'This type of document is not accepted.',
  document_unverified_other: 'The document could not be verified.',
  selfie_document_missing_photo: 'The document has no photo to compare the selfie with.',
  selfie_face_mismatch: 'The face on the selfie is not the one on the document.',
  selfie_manipulated: 'The selfie was altered.',
  selfie_unverified_other: 'The selfie could not be verified.',
  id_number_insufficient_document_data: 'The document holds too little to check the ID number.',
  id_number_mismatch: 'The ID number does not belong to this name and date of birth.',
  id_number_unverified_other: 'The ID number could not be verified.',
  email_unverified_other: 'The email address could not be verified.',
  email_verification_declined: 'The email address was not confirmed.',
  phone_unverified_other: 'The phone number could not be verified.',
  phone_verification_declined: 'The phone number was not confirmed.',
}
