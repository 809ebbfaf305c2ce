/** Policies as a whole: loaded at once, and only where there are some, for the expression language comes with it. */

export { compilePolicy } from './compile.js'
export { judge } from './judge.js'
export { judgedFlows } from './judged-flows.js'
export { place } from './place.js'
