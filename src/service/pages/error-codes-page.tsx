import { API_ERRORS, UNCODED_ERRORS } from '../api-error.js'
import { PLAIN_LOOK } from './look.js'
import { type Page, page } from './page.js'

/** Every error code under an anchor with its name, then the errors without a code. */
export function errorCodesPage(): Page {
  return page(
    200,
    PLAIN_LOOK,
    { title: 'Errors of the flows API' },
    <>
      {Object.entries(API_ERRORS).map(([code, { statuses, meaning }]) => (
        <section id={code} key={code}>
          <h2>
            <code>{code}</code>
          </h2>
          <p>
            {meaning} HTTP status {statuses.join(' or ')}.
          </p>
        </section>
      ))}
      <section>
        <h2>Without a code</h2>
        <dl>
          {Object.entries(UNCODED_ERRORS).map(([status, meaning]) => (
            <>
              <dt>{status}</dt>
              <dd>{meaning}</dd>
            </>
          ))}
        </dl>
      </section>
    </>,
  )
}
