/** Plain, readable, in light and dark. */
export const STYLE = `
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5 }
body { margin: 0 auto; max-width: 34rem; padding: 1.5rem 1rem 3rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 1rem 0 }
label, legend { font-weight: 600 }
input[type=email] { box-sizing: border-box; display: block; font: inherit; margin: .25rem 0 1rem; padding: .5rem; width: 100% }
fieldset { border: 1px solid; border-radius: .25rem; margin: 1rem 0; padding: .5rem 1rem }
fieldset label { display: block; font-weight: 400; padding: .25rem 0 }
button { font: inherit; font-weight: 600; padding: .6rem 1.25rem }
.error { border-left: .25rem solid #b3261e; margin: 1rem 0; padding: .25rem .75rem }
header { border: 1px solid; font-size: .875rem; margin: 0; padding: .25rem .75rem }
`
