export { importRGlm } from './import-r-glm.js';
