export type { Broker, BrokerOptions } from './broker.js';
export { startBroker } from './start-broker.js';
