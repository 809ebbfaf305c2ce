import type { Define } from '../command.js'
export const doctor: Define = () => {}
