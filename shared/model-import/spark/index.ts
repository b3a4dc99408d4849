export { importSpark } from './import-spark.js';
