export { csvRows, type Row } from './csv-rows.js';
export { type DemoDefinition, type DemoRecord, defineDemo, demoRecord, type LapOptions } from './demo-definition.js';
export { EventTimeOrder } from './event-time-order.js';
export { runDemo } from './run-demo.js';
