export { type ProgramProcess, startProgram } from './program-process.js';
