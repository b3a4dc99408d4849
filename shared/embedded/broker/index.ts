export { type Broker, type BrokerOptions, startBroker } from './start-broker.js';
