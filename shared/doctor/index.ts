export { type Examination, examine } from './examine.js';
export { findChromium } from './find-chromium.js';
export type { Finding, Section, Verdict } from './finding.js';
