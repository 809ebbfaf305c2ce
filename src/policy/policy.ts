/** All of policies in one module, loaded only if there are policies: it brings the expression language. */

export { compilePolicy } from './compile.js'
export { judge } from './judge.js'
export { judgedFlows } from './judged-flows.js'
export { place } from './place.js'
