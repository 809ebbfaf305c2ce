/**
 * The person that the simulator always verifies. The data belongs to no real person: the address is invented, the
 * e-mail domain is reserved for examples (RFC 2606), and the phone number is reserved for fiction.
 */
export const PERSON = {
  first_name: 'Test',
  last_name: 'Person',
  dob: { day: 1, month: 1, year: 1990 },
  sex: 'unknown',
  unparsed_sex: 'X',
  unparsed_place_of_birth: 'Example City',
  address: {
    city: 'Example City',
    country: 'US',
    line1: '1 Example Street',
    line2: null,
    postal_code: '00000',
    state: null,
  },
  email: 'person@example.com',
  phone: '+12025550100',
  /** The last four digits, as Stripe shows them. */
  id_number: '0000',
  id_number_type: 'us_ssn',
} as const

/** The document that the person shows. */
export const PAPERS = {
  number: 'TEST00000000',
  issued_date: { day: 1, month: 1, year: 2020 },
  expiration_date: { day: 1, month: 1, year: 2099 },
  issuing_country: 'US',
} as const
