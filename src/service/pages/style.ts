/**
 * Plain, readable, on a phone first. Colours are variables: those of the brand and of the page come from the branding, the
 * others are here, each with enough contrast on the page in light and dark.
 */
export const STYLE = `
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; --text: #1b1f24; --quiet: #545c66; --line: #8a929c; --fault: #b3261e; --test: #fff3cd; --on-test: #4d3800 }
@media (prefers-color-scheme: dark) { :root { --text: #eceff3; --quiet: #b3bac4; --line: #79818c; --fault: #ff9d94; --test: #4d3800; --on-test: #ffe9a8 } }
* { box-sizing: border-box }
body { background: var(--page); color: var(--text); display: flex; flex-direction: column; margin: 0; min-height: 100vh; min-height: 100dvh; overflow-wrap: break-word }
.test { background: var(--test); color: var(--on-test); font-size: .875rem }
.test > *, .brand, main, footer { margin: 0 auto; max-width: 34rem; padding-left: 1rem; padding-right: 1rem; width: 100% }
.test p { margin-bottom: 0; margin-top: 0; padding-bottom: .5rem; padding-top: .5rem }
.test p:not(:last-child) { padding-bottom: 0 }
.test details { padding-bottom: .5rem }
.test form p { margin: .5rem 0 0; padding: 0 }
.test summary { cursor: pointer; text-decoration: underline }
.test fieldset { border-color: currentcolor }
.brand { align-items: center; display: flex; font-weight: 600; gap: .75rem; padding-top: 1.25rem }
.brand img { background: #fff; border-radius: .25rem; max-height: 3rem; max-width: 12rem; padding: .125rem }
main { flex: 1; padding-bottom: 3rem; padding-top: .5rem }
footer { border-top: 1px solid var(--line); color: var(--quiet); font-size: .875rem; padding-bottom: 1rem; padding-top: 1rem }
footer ul { display: flex; gap: 1rem; list-style: none; margin: 0; padding: 0 }
h1 { font-size: 1.625rem; line-height: 1.25; margin: 1rem 0 }
h1:focus { outline: none }
h2 { font-size: 1.125rem }
a { color: var(--brand) }
.progress { color: var(--quiet); margin: 1rem 0 -.5rem }
.quiet, .hint { color: var(--quiet) }
.hint { display: block; font-size: .875rem; font-weight: 400 }
label, legend { font-weight: 600 }
.field { margin: 1.25rem 0 }
input[type=text], input[type=email], input[type=tel], select { background: var(--page); border: 1px solid var(--line); border-radius: .375rem; color: inherit; display: block; font: inherit; margin-top: .25rem; min-height: 2.75rem; padding: .5rem .75rem; width: 100% }
[aria-invalid=true] { border-color: var(--fault) !important; border-width: 2px !important }
input.short { max-width: 10rem }
.date { display: flex; gap: .75rem }
.date input { width: 4.5rem }
.date input.year { width: 6.5rem }
fieldset { border: 1px solid var(--line); border-radius: .375rem; margin: 1.25rem 0; min-width: 0; padding: .5rem 1rem .75rem }
fieldset.plain { border: 0; padding: 0 }
fieldset fieldset { margin: .75rem 0 }
fieldset label.choice { align-items: center; display: flex; font-weight: 400; gap: .75rem; min-height: 2.75rem }
input[type=radio] { accent-color: var(--brand); flex: none; height: 1.25rem; margin: 0; width: 1.25rem }
.test input[type=radio] { accent-color: currentcolor }
.test fieldset label.choice { min-height: 1.75rem }
button, .button { background: var(--brand); border: 2px solid var(--brand); border-radius: .375rem; color: var(--on-brand); cursor: pointer; display: inline-block; font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1.25rem; text-decoration: none }
button.second { background: transparent; color: var(--brand) }
button.plain { background: none; border: 0; color: var(--brand); font-weight: 400; padding: .5rem 0; text-decoration: underline }
.test button { background: var(--on-test); border-color: var(--on-test); color: var(--test) }
.actions { align-items: center; display: flex; flex-wrap: wrap; gap: .5rem 1rem; margin-top: 1.5rem }
:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px }
.test :focus-visible { outline-color: currentcolor }
.error, .note { border-left: .25rem solid var(--fault); margin: 1rem 0; padding: .25rem .75rem }
.error:focus { outline: none }
.note { border-color: var(--line) }
.note ul { margin: .25rem 0; padding-left: 1.25rem }
.error h2 { margin: .25rem 0 }
.error ul { margin: .25rem 0; padding-left: 1.25rem }
.error a { color: var(--fault) }
.fault { color: var(--fault); display: block; font-weight: 600 }
.answers div { border-bottom: 1px solid var(--line); display: grid; gap: .25rem 1rem; grid-template-columns: 1fr auto; padding: .75rem 0 }
.answers dt { font-weight: 600 }
.answers dd { margin: 0 }
.answers dd.value { grid-row: 2 }
.answers dd.change { grid-column: 2; grid-row: 1 / span 2; align-self: center }
.shot { border: 1px solid var(--line); border-radius: .375rem; margin: 1rem 0; padding: .5rem 1rem 1rem }
.shot video, .shot img { border-radius: .375rem; display: block; margin: .75rem 0; max-height: 20rem; max-width: 100% }
[hidden] { display: none !important }
.selfie .shot video { transform: scaleX(-1) }
@media (prefers-reduced-motion: no-preference) { .working::before { animation: turn 1s linear infinite; border: 3px solid var(--line); border-radius: 50%; border-top-color: var(--brand); content: ""; display: block; height: 2rem; margin: 1rem 0; width: 2rem } @keyframes turn { to { transform: rotate(1turn) } } }
`
