import { describeOnEachRegistry } from '#shared/testing';
import { specifyCompatibility } from './registry-compatibility.contract.js';
import { specifyHttp } from './registry-http.contract.js';
import { specifySchemas } from './registry-schemas.contract.js';

// One start of each registry for the whole contract: Apicurio takes seconds.
await describeOnEachRegistry('a registry', (registry) => {
  specifySchemas(registry);
  specifyCompatibility(registry);
  specifyHttp(registry);
});
