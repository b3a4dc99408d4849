import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { parseXml, XML_LIMITS } from './xml.js';

function refusal(text: string, limits = XML_LIMITS): string {
  try {
    parseXml(text, 'm.pmml', limits);
  } catch (error) {
    if (error instanceof KitError && error.code === 'model-invalid') return error.message;
    throw error;
  }
  return 'not refused';
}

describe('parseXml', () => {
  it('reads elements with their attributes, texts and lines', () => {
    const root = parseXml('<p:a xmlns:p="urn:p" p:q="0" x="1">\n<b>t<![CDATA[<u>]]>&amp;</b>\n<c/></p:a>', 'm.pmml');
    expect(root).toMatchObject({
      name: 'a',
      line: 1,
      children: [
        { name: 'b', text: 't<u>&' },
        { name: 'c', line: 3 },
      ],
    });
    expect([...root.attributes]).toEqual([['x', '1']]);
  });

  it('refuses a DOCTYPE, and with it external entities and those that expand without end', () => {
    const external = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>';
    const laughs = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><a>&b;</a>';
    for (const text of [external, laughs])
      expect(refusal(text)).toContain('m.pmml, line 1: the document has a DOCTYPE');
    expect(refusal('<a>&e;</a>')).toContain('undefined entity');
  });

  it('refuses what is no XML, naming the place', () => {
    expect(refusal('<a>\n<b></a>')).toBe('The file m.pmml is not XML: 2:7: unexpected close tag.');
    expect(refusal('')).toContain('is not XML');
    expect(refusal('hello')).toContain('is not XML');
    expect(refusal('<a>')).toContain('unclosed tag');
    expect(refusal('\0'.repeat(100))).toContain('is not XML');
  });

  it('refuses what is too long, too deep or too much', () => {
    expect(refusal('<a></a>', { ...XML_LIMITS, bytes: 6 })).toContain('has 7 characters; at most 6 are read');
    expect(refusal('<a>'.repeat(2_000))).toContain('nested deeper than 1000');
    expect(refusal('<a><b/><b/></a>', { ...XML_LIMITS, elements: 2 })).toContain('more than 2 elements');
  });
});
