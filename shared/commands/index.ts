export { type DemoDefinition, type DemoRecord, demoRecord, type LapOptions } from './demo-definition.js';
export { runDemo } from './run-demo.js';
