import type { Define } from '../command.js'
export const dev: Define = () => {}
